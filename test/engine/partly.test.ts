/** A pipeline to which only the members of a document come that it touches does what it does with all of it. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { compileQuery } from '#dsl/compile.ts'
import { decodeJson, encodeSorted } from '#dsl/json.ts'
import { TextSink } from '#dsl/json-sink.ts'
import type { Rec } from '#dsl/value.ts'
import { loadCatalogue } from '#engine/catalogue.ts'
import type { Clock } from '#engine/clock.ts'
import { Event, EventId } from '#engine/event.ts'
import { lineReader } from '#engine/lines.ts'
import { silentLog } from '#engine/log.ts'
import { createOperator } from '#engine/pipeline/create.ts'
import { touchedBy } from '#engine/pipeline/touches.ts'
import { wire } from '#engine/pipeline/wire.ts'
import { worldOf } from '#engine/world.ts'
import { documents } from '../../bench/events/documents.ts'

const catalogue = await loadCatalogue()
const clock: Clock = {
  now: () => 0,
  wallNs: () => 0n,
  after: () => ({ cancel() {} }),
  at: () => ({ cancel() {} }),
}

interface Passed {
  readonly touched: readonly string[] | undefined
  readonly left: readonly string[]
}

function pass(query: string, lines: readonly string[], partly: boolean): Passed {
  const { result, findings } = compileQuery({ name: 'q.trickle', text: query }, 'q', worldOf(catalogue))
  assert.ok(result, findings.map(({ message }) => message).join('\n'))
  const host = { hostname: 'localhost', version: '0', nanotime: () => 0n }
  let uid = 0
  const pipeline = wire(result, {
    address: '/pipeline/q/01',
    clock,
    log: silentLog,
    create: (node, context) =>
      createOperator(node, context, { catalogue, log: silentLog, instance: 'i', host }),
    nextUid: () => ++uid,
    linked: () => true,
  })
  const left: string[] = []
  for (const [port, outlet] of pipeline.outlets) {
    outlet.lead([
      {
        sources: [],
        accept({ payload, meta }: Event) {
          const json = payload.json()
          const text = typeof json === 'string' ? json : Buffer.from(json).toString()
          const sink = new TextSink()
          payload.writeTo(sink)
          assert.equal(sink.all, text, 'written in pieces it is the same')
          left.push(`${port} ${encodeSorted(decodeJson(text))} ${encodeSorted(meta)}`)
        },
      },
    ])
  }
  const touched = touchedBy(result, catalogue, 'in')
  const read = lineReader(partly ? touched : undefined)
  lines.forEach((line, at) => {
    const id = new EventId(0, 0, at)
    pipeline.inlets
      .get('in')!
      .accept(new Event(id, read(Buffer.from(line)), {} as Rec, BigInt(at), null, null))
  })
  return { touched, left }
}

const shipped = readdirSync(new URL('../../bench/events/', import.meta.url))
  .filter((file) => file.endsWith('.trickle') && file !== 'batch.trickle')
  .map((file): readonly [string, string] => [
    file,
    readFileSync(new URL(`../../bench/events/${file}`, import.meta.url), 'utf8'),
  ])

const script = (text: string): string =>
  `define script s script ${text} end; create script s; select event from in into s; select event from s into out; select event from s/err into err;`

const queries: readonly (readonly [title: string, query: string])[] = [
  ...shipped,
  ['a field that is not there', script('let event.n = event.nowhere; event')],
  [
    'a failure after state was written',
    script(
      'match state of case null => let state = 0 default => null end; let state = state + 1; let event.n = state; let event.m = event.aint / event.abool; event',
    ),
  ],
  ['a member is taken away', script('patch event of erase "about", erase "nowhere" end')],
  [
    'what one script changed, the next one reads',
    `define script a script let event.aint = event.aint + 1; event end; create script a;
     define script b script let event.twice = event.aint * 2; event end; create script b;
     select event from in into a; select event from a into b; select event from b into out;`,
  ],
  ['a select that makes something else', 'select {"a": event.aint, "t": event.tags} from in into out;'],
  [
    'a select that patches',
    'select patch event of upsert "x" => event.type end from in where event.aint > 25 into out having event.x == "syslog";',
  ],
  ['groups without windows', 'select event from in group by set(event.type) into out;'],
  [
    'groups with windows',
    'define tumbling window w with size = 3 end; select {"n": aggr::stats::sum(event.aint), "g": group} from in[w] group by set(event.type) into out;',
  ],
]

const batching = 'define generic::batch operator b with count = 5 end; create operator b; '
const held = 'define tumbling window w with size = 3 end; '
const holding: readonly (readonly [title: string, query: string])[] = [
  [
    'windows of events as they came',
    `${held}select [aggr::win::collect_flattened(event), aggr::win::last(event)] from in[w] group by set(event.type) into out;`,
  ],
  [
    'windows of events that a script changed',
    `${held}define script s script let event.aint = 1; event end; create script s; select event from in into s; select {"a": aggr::win::first(event)} from s[w] into out;`,
  ],
  ['batches', `${batching}select event from in into b; select event from b into out;`],
  [
    'batches of batches, of events that a script changed',
    `${batching}define generic::batch operator c with count = 2 end; create operator c; define script s script let event.aint = 1; event end; create script s; select event from in into s; select event from s into b; select event from b into c; select event from c into out;`,
  ],
  [
    'windows of windows',
    `${held}define tumbling window v with size = 6 end; select {"a": aggr::win::collect_flattened(event)} from in[w, v] into out;`,
  ],
]
const looking: readonly (readonly [title: string, query: string])[] = [
  [
    'a window of events that a script looks into',
    `${held}define script s script event.a.about end; create script s; select {"a": aggr::win::first(event)} from in[w] into s; select event from s into out; select event from s/err into err;`,
  ],
  [
    'a batch that a script looks into',
    `${batching}define script s script event[0].data.value.about end; create script s; select event from in into b; select event from b into s; select event from s into out; select event from s/err into err;`,
  ],
  [
    'a window of events that it looks into itself',
    `${held}select match aggr::win::first(event) of case %{ present about } => 1 default => 2 end from in[w] into out;`,
  ],
  [
    'a window of events with a condition',
    `${held}select {"a": aggr::win::first(event)} from in[w] into out having present event.a.about;`,
  ],
]

const lines = [...documents(40, false), '{"aint": 1.0, "x": 1e2 }', '[1]', '7', '{"aint":1,"aint":2}', '{}']

for (const [title, query] of [...queries, ...holding, ...looking]) {
  test(title, () => {
    const partly = pass(query, lines, true)
    const wholly = pass(query, lines, false)
    assert.deepEqual(partly.left, wholly.left)
    assert.ok(partly.left.length > 0)
  })
}

test('most workloads touch little', () => {
  const touched = queries.filter(([, query]) => pass(query, [], true).touched !== undefined)
  assert.ok(touched.length >= 14, `${touched.length}`)
})

test('events that go on as they came are held, unless somebody looks into them', () => {
  for (const [title, query] of holding) assert.ok(pass(query, [], true).touched, title)
  for (const [title, query] of looking) assert.equal(pass(query, [], true).touched, undefined, title)
})

test('what nobody changed leaves byte for byte', () => {
  const read = lineReader(['a'])
  const line = Buffer.from('{ "a" : 1.0 , "b":2, "b":3 }')
  assert.equal(read(line).json(), line)
})
