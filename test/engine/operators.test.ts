import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { loadCatalogue } from '#engine/catalogue.ts'
import { runExample } from './marbles.ts'

const { operators } = await loadCatalogue()

for (const [name, definition] of operators) {
  describe(name, () => {
    assert.ok(definition.examples.length > 0, `${name} shows no example`)
    for (const example of definition.examples) {
      test(example.title, () => {
        const length = Math.max(example.in.length, ...Object.values(example.out).map((out) => out.length))
        const wanted = Object.entries(example.out).map(([port, lane]) => [port, lane.padEnd(length, '-')])
        assert.deepEqual(runExample(definition, example), Object.fromEntries(wanted))
      })
    }
  })
}
