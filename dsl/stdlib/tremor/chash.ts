import { toUtf8 } from '#dsl/bytes.ts'
import { BadArgument } from '#dsl/function.ts'
import { encodeSorted } from '#dsl/json.ts'
import { sipHash13 } from '#dsl/siphash.ts'
import { fn, module } from '#dsl/stdlib.ts'

/** The letters of "tremor", before and after two zero bytes (tremor, std_lib/chash.rs). */
const KEYS = [8390880576440238080n, 128034676764530n] as const

const WORD = (1n << 64n) - 1n
const MOST_SLOTS = 2 ** 32 - 1

export default module({
  doc: 'Consistent hashing: a key keeps its place as long as the number of places stays.',
  registry: 'chash',
  functions: {
    jump: fn({
      doc: 'The slot of a key, from 0 up to, not including, `slots`.',
      args: [
        ['key', 'string'],
        ['slots', 'integer'],
      ],
      returns: 'integer',
      examples: [
        ['chash::jump("snot", 9)', '8'],
        ['chash::jump("badger", 9)', '2'],
        ['chash::jump("snot", 0)', 'error: Bad type passed to function chash::jump/2'],
      ],
      run: (key, slots) => slotOf(KEYS, key, slots),
    }),
    jump_with_keys: fn({
      doc: 'The slot of a key, hashed with two numbers of your own.',
      args: [
        ['k1', 'integer'],
        ['k2', 'integer'],
        ['key', 'string'],
        ['slots', 'integer'],
      ],
      returns: 'integer',
      examples: [['chash::jump_with_keys(8, 2, "badger", 9)', '3']],
      run: (k1, k2, key, slots) => {
        if (k1 < 0 || k2 < 0) throw new BadArgument('A key is not negative')
        return slotOf([BigInt(k1), BigInt(k2)], key, slots)
      },
    }),
    sorted_serialize: fn({
      doc: 'The value as JSON with the fields of records in the order of their names: the same value gives the same text.',
      args: [['value', 'any']],
      returns: 'string',
      examples: [['chash::sorted_serialize({"b": 1.0, "a": [null]})', '"{\\"a\\":[null],\\"b\\":1.0}"']],
      run: encodeSorted,
    }),
  },
})

function slotOf(keys: readonly [bigint, bigint], key: string, slots: number | bigint): number {
  if (slots < 1 || slots > MOST_SLOTS)
    throw new BadArgument('There is at least one slot, and at most 2^32 - 1')
  // Rust ends the bytes of a string with 0xff before it hashes them.
  return jump(sipHash13(keys, Uint8Array.of(...toUtf8(key), 0xff)), Number(slots))
}

/** Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm" (2014). */
function jump(hash: bigint, slots: number): number {
  let key = hash
  let slot = -1
  for (let next = 0; next < slots; ) {
    slot = next
    key = (key * 2862933555777941757n + 1n) & WORD
    next = Math.floor((slot + 1) * (2 ** 31 / (Number(key >> 33n) + 1)))
  }
  return slot
}
