/**
 * Goes over the bytes of a JSON record, sees that it is JSON (RFC 8259), and says where the members with given keys are. It takes a
 * fifth of the time that parsing does, since nothing is made of what nobody asked for. A program for `wasm.ts`.
 *
 * Where it is in doubt it says so, and the whole document is decoded: mistakes, documents that are no records, escapes in keys, a key
 * asked for that comes twice, numbers that may be out of range, deep nesting.
 */
import {
  above,
  add,
  again,
  and,
  assemble,
  below,
  bits,
  block,
  byte,
  type Code,
  call,
  differ,
  each,
  eachBelow,
  eachEqual,
  eachOr,
  equal,
  finish,
  get,
  i32,
  leave,
  leaveIf,
  load8,
  load16,
  load32,
  loop,
  not,
  or,
  set,
  store8,
  store16,
  store32,
  sub,
  trailingZeros,
  when,
} from './wasm.ts'

/** Levels of nesting, as `json-reader.ts` has it. */
const DEEP = 128
/** Keys that can be asked for, and bytes of each. */
export const MOST_KEYS = 24
const KEY_BYTES = 64

/** The memory: flags, the stack of kinds, the keys asked for, what was found of them, the text. */
const WIDE = 0
const ESCAPED = 4
const CLOSE = 8
const COUNT = 12
const STACK = 64
const KEYS = 256
const KEY_STEP = KEY_BYTES + 4
const FOUND = KEYS + MOST_KEYS * KEY_STEP
/** Of each: where its value starts (0: not there) and ends, and whether it has escapes. */
const FOUND_STEP = 12
const START = 4096
const LONGEST = 1024 * 1024
const PAGES = 18

const STRING = 0

const charIs = (local: number, char: string, offset = 0): Code =>
  equal(load8(get(local), offset), i32(byte(char)))
const isDigit = (local: number, offset = 0): Code => below(sub(load8(get(local), offset), i32(48)), i32(10))
const move = (local: number, by: number): Code => set(local, add(get(local), i32(by)))
const either = (...codes: readonly Code[]): Code => codes.reduce(or)
const doubt: Code = finish(i32(0))

/** A function: the place of an opening quote to the place behind the closing one, 0 if the string is none. */
function stringBody(): Code {
  const [AT, BITS, HERE] = [0, 1, 2]
  const hex = (offset: number): Code =>
    either(isDigit(AT, offset), below(sub(or(load8(get(AT), offset), i32(0x20)), i32(97)), i32(6)))
  return [
    move(AT, 1),
    loop(
      'more',
      set(HERE, load16(get(AT))),
      when(bits(get(HERE)), store8(i32(WIDE), i32(1))),
      set(
        BITS,
        bits(
          eachOr(
            eachOr(eachEqual(get(HERE), each(byte('"'))), eachEqual(get(HERE), each(byte('\\')))),
            eachBelow(get(HERE), each(0x20)),
          ),
        ),
      ),
      when(not(get(BITS)), move(AT, 16), again('more')),
      set(AT, add(get(AT), trailingZeros(get(BITS)))),
      when(charIs(AT, '"'), finish(add(get(AT), i32(1)))),
      when(not(charIs(AT, '\\')), doubt),
      store8(i32(ESCAPED), i32(1)),
      when(
        charIs(AT, 'u', 1),
        when(not(and(and(hex(2), hex(3)), and(hex(4), hex(5)))), doubt),
        move(AT, 6),
        again('more'),
      ),
      when(
        either(...['"', '\\', '/', 'b', 'f', 'n', 'r', 't'].map((char) => charIs(AT, char, 1))),
        move(AT, 2),
        again('more'),
      ),
      doubt,
    ),
    i32(0),
  ]
}

/** The text ends at END. 1 if it is a record and nothing is in doubt. */
function skimBody(): Code {
  const [END, AT, DEPTH, IN_KEY, CHAR, SLOT, FIRST, LENGTH, KEY, BYTE] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
  const skipBlank: Code = [
    set(CHAR, load8(get(AT))),
    when(
      below(get(CHAR), i32(0x21)),
      loop(
        'blank',
        when(
          either(...[32, 10, 13, 9].map((blank) => equal(get(CHAR), i32(blank)))),
          move(AT, 1),
          set(CHAR, load8(get(AT))),
          again('blank'),
        ),
      ),
    ),
  ]
  const is = (char: string): Code => equal(get(CHAR), i32(byte(char)))
  const digits: Code = loop('digits', when(isDigit(AT), move(AT, 1), again('digits')))

  /** SLOT becomes where to note the member whose key is from FIRST to AT - 1, 0 if nobody asked for it. */
  const findKey: Code = [
    set(LENGTH, sub(sub(get(AT), get(FIRST)), i32(1))),
    set(SLOT, i32(FOUND)),
    set(KEY, i32(KEYS)),
    block(
      'known',
      loop(
        'next key',
        when(
          below(get(SLOT), load32(i32(COUNT))),
          when(
            equal(load32(get(KEY)), get(LENGTH)),
            set(BYTE, i32(0)),
            block(
              'other',
              loop(
                'same',
                leaveIf(equal(get(BYTE), get(LENGTH)), 'known'),
                leaveIf(
                  differ(load8(add(get(KEY), get(BYTE)), 4), load8(add(get(FIRST), get(BYTE)))),
                  'other',
                ),
                move(BYTE, 1),
                again('same'),
              ),
            ),
          ),
          move(SLOT, FOUND_STEP),
          move(KEY, KEY_STEP),
          again('next key'),
        ),
      ),
      set(SLOT, i32(0)),
    ),
  ]

  const key: Code = [
    when(not(is('"')), doubt),
    set(FIRST, add(get(AT), i32(1))),
    when(equal(get(DEPTH), i32(1)), store8(i32(ESCAPED), i32(0))),
    set(AT, call(STRING, get(AT))),
    when(not(get(AT)), doubt),
    when(equal(get(DEPTH), i32(1)), when(load8(i32(ESCAPED)), doubt), findKey),
    skipBlank,
    when(not(is(':')), doubt),
    move(AT, 1),
    skipBlank,
    // Asked for, and there already: of two, only the whole decoding knows which counts.
    when(
      and(equal(get(DEPTH), i32(1)), differ(get(SLOT), i32(0))),
      when(load32(get(SLOT)), doubt),
      store32(get(SLOT), get(AT)),
    ),
  ]

  /** At most 18 digits before the point, and an exponent of at most two: such a number is in range whatever it is. */
  const number: Code = [
    when(is('-'), move(AT, 1)),
    set(FIRST, get(AT)),
    digits,
    set(LENGTH, sub(get(AT), get(FIRST))),
    when(either(not(get(LENGTH)), above(get(LENGTH), i32(18))), doubt),
    when(and(charIs(FIRST, '0'), above(get(LENGTH), i32(1))), doubt),
    when(charIs(AT, '.'), move(AT, 1), when(not(isDigit(AT)), doubt), digits),
    when(
      equal(or(load8(get(AT)), i32(0x20)), i32(byte('e'))),
      move(AT, 1),
      when(either(charIs(AT, '-'), charIs(AT, '+')), move(AT, 1)),
      set(FIRST, get(AT)),
      digits,
      set(LENGTH, sub(get(AT), get(FIRST))),
      when(either(not(get(LENGTH)), above(get(LENGTH), i32(2))), doubt),
    ),
  ]

  const word = (text: string, length: number): Code =>
    when(
      equal(
        load32(get(AT), length - 4),
        i32([...text].reduceRight((sum, char) => (sum << 8) | byte(char), 0)),
      ),
      move(AT, length),
      leave('done'),
    )

  const value: Code = block(
    'done',
    when(is('"'), set(AT, call(STRING, get(AT))), when(not(get(AT)), doubt), leave('done')),
    // "[" and "{" differ by this bit, and what closes either comes two behind it.
    when(
      equal(or(get(CHAR), i32(0x20)), i32(byte('{'))),
      move(DEPTH, 1),
      when(above(get(DEPTH), i32(DEEP)), doubt),
      store8(add(i32(STACK), get(DEPTH)), get(CHAR)),
      set(IN_KEY, is('{')),
      move(AT, 1),
      set(FIRST, add(get(CHAR), i32(2))),
      skipBlank,
      when(differ(get(CHAR), get(FIRST)), again('next')),
      // At the first level that is the end of the document.
      when(equal(get(DEPTH), i32(1)), store32(i32(CLOSE), get(AT))),
      move(AT, 1),
      move(DEPTH, -1),
      leave('done'),
    ),
    when(either(is('-'), below(sub(get(CHAR), i32(48)), i32(10))), number, leave('done')),
    word('true', 4),
    word('null', 4),
    when(is('f'), word('alse', 5)),
    doubt,
  )

  return [
    // Loads run over the end: what an earlier text left there is no part of this one.
    store16(get(END), each(0)),
    store32(i32(WIDE), i32(0)),
    store32(i32(ESCAPED), i32(0)),
    set(KEY, i32(FOUND)),
    loop(
      'clear',
      when(
        below(get(KEY), load32(i32(COUNT))),
        store32(get(KEY), i32(0)),
        move(KEY, FOUND_STEP),
        again('clear'),
      ),
    ),
    set(AT, i32(START)),
    skipBlank,
    when(not(is('{')), doubt),
    loop(
      'next',
      when(get(IN_KEY), key),
      value,
      loop(
        'after',
        when(
          and(equal(get(DEPTH), i32(1)), differ(get(SLOT), i32(0))),
          store32(get(SLOT), get(AT), 4),
          store32(get(SLOT), load8(i32(ESCAPED)), 8),
          set(SLOT, i32(0)),
        ),
        skipBlank,
        when(not(get(DEPTH)), finish(equal(get(AT), get(END)))),
        set(FIRST, load8(add(i32(STACK), get(DEPTH)))),
        when(is(','), set(IN_KEY, equal(get(FIRST), i32(byte('{')))), move(AT, 1), skipBlank, again('next')),
        when(differ(get(CHAR), add(get(FIRST), i32(2))), doubt),
        when(equal(get(DEPTH), i32(1)), store32(i32(CLOSE), get(AT))),
        move(AT, 1),
        move(DEPTH, -1),
        again('after'),
      ),
    ),
    i32(0),
  ]
}

interface Skimmer {
  readonly memory: Uint8Array
  readonly inlet: Uint8Array
  readonly words: Int32Array
  readonly skim: (end: number) => number
}

let skimmer: Skimmer | null | undefined
/** The keys that are in the memory. */
let current: Keys | undefined

/** Keys to ask for. They are put into the memory when others were there, so make them once. */
export interface Keys {
  readonly names: readonly string[]
  readonly bytes: readonly Uint8Array[]
}

const encoder = new TextEncoder()

/** Undefined if there are too many, or too long ones: then the whole document is to be decoded. */
export function keysOf(names: readonly string[]): Keys | undefined {
  const bytes = names.map((name) => encoder.encode(name))
  const fit = names.length <= MOST_KEYS && bytes.every(({ length }) => length <= KEY_BYTES)
  return fit ? { names, bytes } : undefined
}

/** What `skim` left in the memory, as indexes of 32-bit words. */
export const at = {
  wide: WIDE >> 2,
  close: CLOSE >> 2,
  found: FOUND >> 2,
  step: FOUND_STEP >> 2,
  start: START,
} as const

/** Undefined if the document is in doubt; else the words of the memory, with places as `at` says. */
export function skim(bytes: Uint8Array, keys: Keys): Int32Array | undefined {
  if (skimmer === undefined) skimmer = load()
  if (skimmer === null || bytes.length > LONGEST) return undefined
  if (current !== keys) ask(skimmer, keys)
  skimmer.inlet.set(bytes)
  return skimmer.skim(START + bytes.length) === 1 ? skimmer.words : undefined
}

function ask({ memory, words }: Skimmer, keys: Keys): void {
  current = keys
  words[COUNT >> 2] = FOUND + keys.bytes.length * FOUND_STEP
  keys.bytes.forEach((bytes, index) => {
    words[(KEYS + index * KEY_STEP) >> 2] = bytes.length
    memory.set(bytes, KEYS + index * KEY_STEP + 4)
  })
}

function load(): Skimmer | null {
  const program = assemble(PAGES, [
    { name: 'string', params: 1, ints: 1, vectors: 1, body: stringBody() },
    { name: 'skim', params: 1, ints: 9, body: skimBody() },
  ])
  if (program === null) return null
  const { bytes, functions } = program
  return {
    memory: bytes,
    inlet: bytes.subarray(START),
    words: new Int32Array(bytes.buffer as ArrayBuffer),
    skim: functions['skim']!,
  }
}
