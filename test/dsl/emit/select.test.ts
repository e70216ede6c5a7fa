/** What a select becomes: its form, what it touches, and functions of a frame for its clauses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileQuery } from '#dsl/compile.ts'
import { decodeJson, encodeJson } from '#dsl/json.ts'
import { ScriptError, type SelectProgram } from '#dsl/program.ts'
import { loadCatalogue } from '#engine/catalogue.ts'
import { worldOf } from '#engine/world.ts'
import { frameOf } from './support.ts'

const world = worldOf(await loadCatalogue())
const window = 'define tumbling window w with size = 2 end;\n'

function selectOf(text: string): SelectProgram {
  const { result, findings } = compileQuery({ name: 'q.trickle', text: `${text};` }, 'q', world)
  const node = result?.nodes.find(({ kind }) => kind === 'select')
  if (node?.kind !== 'select') throw new Error(findings.map(({ message }) => message).join('\n'))
  return node.select
}

const forms: readonly (readonly [query: string, form: string, touches: string])[] = [
  ['select event from in where $a == 1 into out', 'simple', '$'],
  ['select event from in into out having event.a', 'simple', 'event'],
  ['select event.a from in into out', 'full', 'event, writes'],
  ['select $a from in into out', 'full', '$, writes'],
  ['select event from in group by event.a into out', 'full', 'event'],
  ['select {"n": 1} from in into out having event.n == 1', 'full', 'writes'],
]

for (const [query, form, touches] of forms) {
  test(`${query} is ${form}`, () => {
    const { form: got, demand } = selectOf(query)
    const words = [demand.readsEvent && 'event', demand.readsMeta && '$', demand.writesEvent && 'writes']
    assert.deepEqual([got, words.filter((word) => word !== false).join(', ')], [form, touches])
  })
}

const groups: readonly (readonly [by: string, event: string, expected: string])[] = [
  ['event.a', '{"a":1}', '[[1]]'],
  ['set(event.a, event.b)', '{"a":1,"b":[2]}', '[[1,[2]]]'],
  ['each(event.l)', '{"l":["x","y"]}', '[["x"],["y"]]'],
  ['set(event.a, each(event.l))', '{"a":1,"l":["x","y"]}', '[[1,"x"],[1,"y"]]'],
  [
    'set(each(event.l), each(event.m), event.a)',
    '{"l":[1,2],"m":[3,4],"a":0}',
    '[[1,3,0],[1,4,0],[2,3,0],[2,4,0]]',
  ],
  ['set(set(event.a), each(event.l))', '{"a":1,"l":[]}', '[]'],
]

for (const [by, event, expected] of groups) {
  test(`group by ${by}`, () => {
    const select = selectOf(`select event from in group by ${by} into out`)
    assert.equal(encodeJson(select.groups!(frameOf(event)) as never), expected)
  })
}

test('each wants an array', () => {
  const { groups: made } = selectOf('select event from in group by each(event.l) into out')
  assert.throws(
    () => made!(frameOf('{"l":1}')),
    (error) => error instanceof ScriptError && /got integer but expected array/.test(error.message),
  )
})

test('aggregates are in the order of their index, with their arguments', () => {
  const query = `${window}select {"n": aggr::stats::count(), "sum": aggr::stats::sum(event.a * 2)} from in[w] into out having aggr::stats::max(event.b) > 1`
  const { aggregates, target, having, windows } = selectOf(query)
  assert.deepEqual(
    aggregates.map(({ aggregate }) => aggregate.name),
    ['aggr::stats::count', 'aggr::stats::sum', 'aggr::stats::max'],
  )
  const frame = frameOf('{"a":2,"b":3}')
  assert.deepEqual(
    aggregates.map(({ args }) => args.map((arg) => arg(frame))),
    [[], [4], [3]],
  )
  frame.aggregates = aggregates.map(({ aggregate, args }) => {
    const state = aggregate.create()
    state.accumulate(args.map((arg) => arg(frame)))
    return state
  })
  assert.equal(encodeJson(target(frame)), '{"n":1,"sum":4.0}')
  assert.equal(having!(frame), true)
  assert.deepEqual(
    windows.map(({ name, size }) => [name, size]),
    [['w', 2]],
  )
})

test('a window knows its parameters', () => {
  const query = `use core::datetime;
define tumbling window w with
  interval = core::datetime::with_seconds(2),
  eviction_period = 1000,
  max_groups = 3,
  emit_empty_windows = true
script
  event.t
end;
select aggr::stats::count() from in[w] into out`.replace('use core::datetime;\n', '')
  const { windows } = selectOf(query)
  const [w] = windows
  assert.deepEqual(
    [w!.intervalNs, w!.evictionNs, w!.maxGroups, w!.emitEmpty, w!.size],
    [2_000_000_000n, 1000n, 3, true, undefined],
  )
  assert.equal(w!.script!(frameOf('{"t":7}')), 7)
})

test('group and window are read from the frame', () => {
  const { target } = selectOf(`${window}select [group[0], window, args] from in[w] group by event.a into out`)
  const frame = frameOf('null')
  Object.assign(frame, { group: decodeJson('["g","[\\"g\\"]"]'), window: 'w' })
  assert.equal(encodeJson(target(frame)), '["g","w",{}]')
})
