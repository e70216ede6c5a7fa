import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { loadCatalogue } from '#engine/catalogue.ts'
import { cellsOf, runExample } from './marbles.ts'

const { operators } = await loadCatalogue()

for (const [name, definition] of operators) {
  describe(name, () => {
    assert.ok(definition.examples.length > 0, `${name} shows no example`)
    for (const example of definition.examples) {
      test(example.title, () => {
        const lanes = [example.in, ...Object.values(example.out)].map((lane) => cellsOf(lane).length)
        const filled = (lane: string) => lane + '-'.repeat(Math.max(...lanes) - cellsOf(lane).length)
        const wanted = Object.entries(example.out).map(([port, lane]) => [port, filled(lane)])
        assert.deepEqual(runExample(definition, example), Object.fromEntries(wanted))
      })
    }
  })
}
