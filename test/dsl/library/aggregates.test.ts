/** Every example of every aggregate gives what it says, and what is merged is what would have come of all values at once. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type AggregateState, BadArgument } from '#dsl/function.ts'
import { decodeJson, encodeJson } from '#dsl/json.ts'
import type { SelectProgram } from '#dsl/program.ts'
import type { Value } from '#dsl/value.ts'
import { frame } from './frame.ts'
import { aggregates } from './load.ts'
import { compiledSelect } from './select.ts'

test('tremor has thirteen aggregates', () => assert.equal(aggregates.size, 13))

for (const [name, { examples }] of aggregates) {
  describe(name, () => {
    for (const { events, call, result } of examples) {
      test(`${call} over [${events.join(', ')}]`, () => {
        const select = compiledSelect(
          `define tumbling window w with size = 1000 end; select ${call} from in[w] into out;`,
        )
        if (!result.startsWith('error: ')) return assert.equal(evaluated(select, events), result)
        assert.throws(() => evaluated(select, events), BadArgument)
      })
    }
  })
}

const samples = Array.from({ length: 40 }, (_, at) => (at * 7919) % 101)
const keepsOrder = new Set(['aggr::win::collect_nested'])

for (const [name, aggregate] of aggregates) {
  if (keepsOrder.has(name)) continue
  test(`${name}: two halves merged are the whole`, () => {
    const whole = filled(aggregate.create(), samples)
    const left = filled(aggregate.create(), samples.slice(0, 15))
    left.merge(filled(aggregate.create(), samples.slice(15)))
    assert.ok(
      near(left.emit(), whole.emit()),
      `${encodeJson(left.emit())} is not ${encodeJson(whole.emit())}`,
    )
  })
  test(`${name}: an empty state changes nothing on either side of a merge`, () => {
    const whole = filled(aggregate.create(), samples)
    whole.merge(aggregate.create())
    const empty = aggregate.create()
    empty.merge(filled(aggregate.create(), samples))
    assert.ok(near(empty.emit(), whole.emit()))
    assert.ok(near(whole.emit(), filled(aggregate.create(), samples).emit()))
  })
}

test('collect_nested keeps the inner window as one element', () => {
  const outer = aggregates.get('aggr::win::collect_nested')!.create()
  outer.merge(filled(aggregates.get('aggr::win::collect_nested')!.create(), [1, 2]))
  outer.merge(filled(aggregates.get('aggr::win::collect_nested')!.create(), [3]))
  assert.equal(encodeJson(outer.emit()), '[[1,2],[3]]')
})

test('percentiles of 1 to 100, as tremor gives them', () => {
  const names = ['0.5', '0.9', '0.95', '0.99', '0.999', '0.9999']
  const hdr = aggregates.get('aggr::stats::hdr')!.create()
  const dds = aggregates.get('aggr::stats::dds')!.create()
  for (let value = 1; value <= 100; value++) {
    hdr.accumulate([value, names])
    dds.accumulate([value, names])
  }
  assert.equal(
    encodeJson(hdr.emit()),
    '{"count":100,"min":1,"max":100,"mean":50.5,"stdev":28.86607004772212,"var":833.25,"percentiles":{"0.5":50,"0.9":90,"0.95":95,"0.99":99,"0.999":100,"0.9999":100}}',
  )
  assert.equal(
    encodeJson(dds.emit()),
    '{"count":100,"sum":5050.0,"min":1.0,"max":100.0,"mean":50.5,"percentiles":{"0.5":50.0,"0.9":89.2,"0.95":94.7,"0.99":98.6,"0.999":98.6,"0.9999":98.6}}',
  )
})

test('the percentiles 0 and 1 are the least and the greatest value, exactly', () => {
  const dds = aggregates.get('aggr::stats::dds')!.create()
  for (const value of [1000.5, 1500.2, 2000.7]) dds.accumulate([value, ['0', '0.0', '1']])
  const { percentiles } = dds.emit() as { percentiles: Value }
  assert.equal(encodeJson(percentiles), '{"0":1000.5,"1":2000.7,"0.0":1000.5}')
})

for (const name of ['aggr::stats::hdr', 'aggr::stats::dds']) {
  test(`${name} refuses a percentile that is no number, and passes over what it cannot count`, () => {
    const state = aggregates.get(name)!.create()
    assert.throws(() => state.accumulate([1, ['snot']]), /"0.99"/)
    const counting = filled(aggregates.get(name)!.create(), [-1, 5])
    counting.accumulate(['text'])
    assert.match(encodeJson(counting.emit()), /"count":1,/)
  })
}

function filled(state: AggregateState, values: readonly number[]): AggregateState {
  for (const value of values) state.accumulate([value])
  return state
}

function evaluated(select: SelectProgram, events: readonly string[]): string {
  const states = select.aggregates.map(({ aggregate }) => aggregate.create())
  for (const event of events) {
    const shown = frame({ event: decodeJson(event) })
    for (const [at, { args }] of select.aggregates.entries())
      states[at]!.accumulate(args.map((arg) => arg(shown)))
  }
  return encodeJson(select.target(frame({ aggregates: states })))
}

/** Equal up to the rounding of sums taken in another order. */
function near(left: Value, right: Value): boolean {
  const [a, b] = [left, right].map((value) => JSON.parse(encodeJson(value)))
  return close(a, b)
}

function close(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a))
  if (typeof a !== 'object' || a === null || typeof b !== 'object' || b === null) return a === b
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => close((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  )
}
