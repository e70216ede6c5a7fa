/** Decoding and encoding of JSON beside the native pair, over documents that need no care and some that do. Run: `node bench/json.ts` */
import { decodeJson, encodeJson } from '#dsl/json.ts'

/** A measurement is so long, in ms; they take turns, and the least of many counts, since others may be using the machine. */
const LENGTH = 8
const ROUNDS = 40

const careless = [JSON.stringify(reading()), ...[300, 600, 4096, 65536].map((size) => people(size))]
const wide = people(4096).replaceAll('user ', 'üser ')
const exact = people(4096).replaceAll('"active":true', '"active":1.0')
const documents: [name: string, text: string][] = [
  ...careless.map((text): [string, string] => [`careless ${text.length} B`, text]),
  [`beyond ASCII ${Buffer.byteLength(wide)} B`, wide],
  [`with 1.0, ${exact.length} B`, exact],
]

// A process sees documents of every kind: what is learned of the first alone is not what runs.
for (const [, text] of documents) measured(text, 5)

console.log('                          string to string             bytes to bytes')
console.log('document               native µs ours µs ratio    native µs ours µs ratio')
for (const [name, text] of documents) {
  const cells = measured(text, ROUNDS)
  console.log(
    name.padEnd(22) +
      cells.map((cell, at) => cell.toFixed(2).padStart(at % 3 === 0 ? 10 + (at > 0 ? 3 : 0) : 8)).join(''),
  )
}

function measured(text: string, rounds: number): number[] {
  const bytes = Buffer.from(text)
  const strings = compared(rounds, {
    native: () => JSON.stringify(JSON.parse(text)),
    ours: () => encodeJson(decodeJson(text)),
  })
  const octets = compared(rounds, {
    native: () => Buffer.from(JSON.stringify(JSON.parse(bytes.toString()))),
    ours: () => Buffer.from(encodeJson(decodeJson(bytes))),
  })
  return [...strings, ...octets]
}

interface Two {
  readonly native: () => unknown
  readonly ours: () => unknown
}

/** Microseconds of both, and their ratio. */
function compared(rounds: number, { native, ours }: Two): readonly number[] {
  let first = Infinity
  let second = Infinity
  for (let round = 0; round < rounds; round++) {
    first = Math.min(first, microseconds(native))
    second = Math.min(second, microseconds(ours))
  }
  return [first, second, second / first]
}

function microseconds(run: () => unknown): number {
  let runs = 0
  const start = performance.now()
  let now = start
  while (now < start + LENGTH) {
    for (let i = 0; i < 10; i++) run()
    runs += 10
    now = performance.now()
  }
  return ((now - start) / runs) * 1000
}

/** One small event, 200 B. */
function reading(): unknown {
  return {
    id: 48_211,
    host: 'web-07.example.com',
    service: 'checkout',
    level: 'warning',
    at: '2026-11-21T10:00:00.125Z',
    ms: 12.375,
    retries: 2,
    ok: false,
    user: { id: 7, name: 'Ada', plan: 'trial' },
    tags: ['slow', 'eu'],
  }
}

/** A list of people of about `size` bytes: short strings, integers, decimals, a date, nulls, a nested list. */
function people(size: number): string {
  const items: unknown[] = []
  let text = ''
  for (let i = 0; text.length < size; i++) {
    items.push({
      id: (i * 7919) % 100_000,
      name: `user ${i}`,
      email: `user${i}@example.com`,
      active: i % 2 === 0,
      score: ((i * 37) % 1000) / 8 + 0.125,
      tags: ['alpha', 'beta'],
      parent: i % 3 === 0 ? null : i,
      created: '2026-11-21T10:00:00.000Z',
    })
    text = JSON.stringify({ items })
  }
  return text
}
