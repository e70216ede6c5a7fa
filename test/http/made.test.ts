/** What scripts make of header records: the list is the same, whether it was kept or is made anew. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Rec, Value } from '#dsl/value.ts'
import { toList } from '#engine/http/headers.ts'
import { keep, listOf, recordOf, unsent } from '#engine/http/kept.ts'

const name = fc.constantFrom(
  'host',
  'accept',
  'via',
  'Via',
  'content-length',
  'connection',
  'x-a',
  '__proto__',
)
const section = fc.array(fc.tuple(name, fc.constantFrom('a', 'b', 'close')), { maxLength: 6 })
const value: fc.Arbitrary<Value> = fc.constantFrom('a', 'b', 1, null, ['a', 'b'], [], ['b', 1])
/** Undefined takes the field away. */
const change = fc.tuple(name, fc.option(value, { nil: undefined }))
const host = fc.constantFrom(null, 'one', 'two')

test('a record says the same however often it comes', () => {
  fc.assert(
    fc.property(
      section,
      fc.array(fc.tuple(fc.array(change, { maxLength: 2 }), host), { maxLength: 4 }),
      check,
    ),
    { numRuns: 300 },
  )
})

function check(fields: [string, string][], asks: [[string, Value | undefined][], string | null][]): void {
  const record = recordOf(keep(fields.flat()))
  for (let round = 0; round < 20; round++) {
    for (const [changes, host] of asks) {
      const changed = applied(record, changes)
      const list = host === null ? toList(changed, none, []) : toList(changed, unsent, ['host', host])
      assert.deepEqual([...listOf(changed, host)], list)
    }
  }
}

const none: ReadonlySet<string> = new Set()

function applied(record: Rec, changes: readonly (readonly [string, Value | undefined])[]): Rec {
  const changed: Record<string, Value> = { ...record }
  for (const [name, value] of changes) {
    if (value === undefined) delete changed[name]
    else Object.defineProperty(changed, name, { value, writable: true, enumerable: true, configurable: true })
  }
  return changed
}

test('fields that come again are one list, for each place', () => {
  const record = recordOf(keep(['host', 'a', 'accept', '*/*']))
  const ask = (host: string | null) => listOf({ ...record, via: '1.1 b' }, host)
  for (let i = 0; i < 40; i++) for (const host of [null, 'one', 'two']) ask(host)
  for (const host of [null, 'one', 'two']) assert.equal(ask(host), ask(host))
  assert.notEqual(ask('one'), ask('two'))
})

test('places beyond the eighth are not kept', () => {
  const record = recordOf(keep(['accept', '*/*']))
  for (let i = 0; i < 400; i++) assert.equal(listOf(record, `h${i % 20}`)[1], `h${i % 20}`)
})
