/** Decoding and encoding of JSON beside the native pair, over documents that need no care and some that do. Run: `node bench/json.ts` */
import { decodeJson, encodeJson } from '#dsl/json.ts'

const SECONDS = 0.15
const ROUNDS = 5

const documents: [name: string, text: string][] = [
  ...[200, 1024, 4096, 16384, 65536].map((size): [string, string] => [`careless ${size} B`, people(size)]),
  ['with 1.0, 4096 B', people(4096).replaceAll('"active":true', '"active":1.0')],
]

console.log('document            native µs   ours µs   ratio')
for (const [name, text] of documents) {
  let native = Infinity
  let ours = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    native = Math.min(
      native,
      microseconds(() => JSON.stringify(JSON.parse(text))),
    )
    ours = Math.min(
      ours,
      microseconds(() => encodeJson(decodeJson(text))),
    )
  }
  const cells = [native.toFixed(2), ours.toFixed(2), (ours / native).toFixed(2)].map((cell) =>
    cell.padStart(9),
  )
  console.log(`${name.padEnd(20)}${cells.join(' ')}`)
}

function microseconds(run: () => unknown): number {
  let runs = 0
  const start = performance.now()
  const end = start + (SECONDS * 1000) / ROUNDS
  while (performance.now() < end) {
    for (let i = 0; i < 10; i++) run()
    runs += 10
  }
  return ((performance.now() - start) / runs) * 1000
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
