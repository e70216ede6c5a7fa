/** Groups and windows: what closes when, in which order, and who holds the requests meanwhile. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodeJson, encodeJson } from '#dsl/json.ts'
import { Event, EventId } from '#engine/event.ts'
import { Flight } from '#engine/flight.ts'
import { Payload } from '#engine/payload.ts'
import { createSelect, type Outcome, type Select } from '#engine/pipeline/select.ts'
import type { Reason } from '#engine/reason.ts'
import { frame } from '../dsl/library/frame.ts'
import { compiledSelect } from '../dsl/library/select.ts'

const BY_TWO = 'define tumbling window two with size = 2 end;'
const BY_THREE = 'define tumbling window three with size = 3 end;'
const TEN_NS = 'define tumbling window ten with interval = 10 end;'

interface Case {
  readonly title: string
  readonly query: string
  /** `[time in ns, event]`, or `[time in ns]` for a tick. */
  readonly in: readonly (readonly [ns: number, event?: string])[]
  /** What each step emits; an error by its message. */
  readonly out: readonly (readonly string[])[]
}

const cases: readonly Case[] = [
  {
    title: 'a size window closes with the event that fills it',
    query: `${BY_TWO} select aggr::win::collect_flattened(event) from in[two] into out;`,
    in: [
      [0, '1'],
      [0, '2'],
      [0, '3'],
      [0, '4'],
    ],
    out: [[], ['[1,2]'], [], ['[3,4]']],
  },
  {
    title: 'an interval window closes before the event that comes too late for it, and does not align',
    query: `${TEN_NS} select aggr::win::collect_flattened(event) from in[ten] into out;`,
    in: [
      [3, '1'],
      [12, '2'],
      [14, '3'],
      [23, '4'],
      [24, '5'],
    ],
    out: [[], [], ['[1,2]'], [], ['[3,4]']],
  },
  {
    title: 'a tick closes an interval window, with neither event nor metadata',
    query: `${TEN_NS} select {"all": aggr::win::collect_flattened(event), "at": core::system::ingest_ns()} from in[ten] into out;`,
    in: [[0, '1'], [9], [11], [25]],
    out: [[], [], ['{"all":[1],"at":11}'], []],
  },
  {
    title: 'empty windows are emitted if that is asked for',
    query:
      'define tumbling window w with interval = 10, emit_empty_windows = true, max_groups = 5 end; select aggr::stats::count() from in[w] into out;',
    in: [[0, '1'], [10], [20], [25]],
    out: [[], ['1'], ['0'], []],
  },
  {
    title: 'a script counts for a size window, and what is too much is carried over',
    query: `define tumbling window w with size = 5 script event.weight end; select aggr::stats::sum(event.weight) from in[w] into out;`,
    in: [
      [0, '{"weight": 3}'],
      [0, '{"weight": 4}'],
      [0, '{"weight": 3}'],
    ],
    out: [[], ['7.0'], ['3.0']],
  },
  {
    title: 'a script tells the time of an interval window, which ticks do not close',
    query: `define tumbling window w with interval = 10 script event.t end; select aggr::stats::count() from in[w] into out;`,
    in: [[0, '{"t": 100}'], [500], [1, '{"t": 109}'], [2, '{"t": 110}']],
    out: [[], [], [], ['2']],
  },
  {
    title: 'a script that gives no number fails the event alone',
    query: `define tumbling window w with size = 2 script event end; select aggr::stats::count() from in[w] into out;`,
    in: [
      [0, '"a"'],
      [0, '1'],
      [0, '1'],
    ],
    out: [['error: The script of a window gives an integer that is not negative'], [], ['2']],
  },
  {
    title: 'each group has windows of its own, known by its sorted text',
    query: `${BY_TWO} select {"group": group, "n": aggr::stats::count()} from in[two] group by set(event.a, event.b) into out;`,
    in: [
      [0, '{"a": 1, "b": {"y": 1, "x": 2}}'],
      [0, '{"a": 2, "b": null}'],
      [0, '{"b": {"x": 2, "y": 1}, "a": 1}'],
    ],
    out: [[], [], ['{"group":[1,{"y":1,"x":2},"[1,{\\"x\\":2,\\"y\\":1}]"],"n":2}']],
  },
  {
    title: 'groups without a window: one event for each, and none by each over nothing is one group of null',
    query: 'select group from in group by each(event.tags) into out;',
    in: [
      [0, '{"tags": ["a", "b"]}'],
      [0, '{"tags": []}'],
    ],
    out: [['["a","[\\"a\\"]"]', '["b","[\\"b\\"]"]'], ['[null,"[null]"]']],
  },
  {
    title: 'where comes before the windows, having after them',
    query: `${BY_TWO} select {"sum": aggr::stats::sum(event.n)} from in[two] where event.n > 0 into out having event.sum > 5;`,
    in: [
      [0, '{"n": 1}'],
      [0, '{"n": -9}'],
      [0, '{"n": 2}'],
      [0, '{"n": 3}'],
      [0, '{"n": 4}'],
    ],
    out: [[], [], [], [], ['{"sum":7.0}']],
  },
  {
    title:
      'in a tilt frame by size the outer window takes in what the inner one closed with, and closes with it',
    query: `${BY_TWO} ${BY_THREE} select [window, aggr::win::collect_flattened(event)] from in[two, three] into out;`,
    in: Array.from({ length: 7 }, (_, at): [number, string] => [0, String(at)]),
    out: [[], ['["two",[0,1]]'], [], ['["two",[2,3]]'], [], ['["two",[4,5]]', '["three",[0,1,2,3,4,5]]'], []],
  },
  {
    title: 'in a tilt frame by time the outer window closes before what the inner one closed with',
    query: `${TEN_NS} define tumbling window thirty with interval = 30 end; select [window, aggr::win::collect_nested(event)] from in[ten, thirty] into out;`,
    in: [
      [0, '1'],
      [10, '2'],
      [20, '3'],
      [40, '4'],
    ],
    out: [[], ['["ten",[1]]'], ['["ten",[2]]'], ['["ten",[3]]', '["thirty",[[1],[2]]]']],
  },
  {
    title: 'a window closed by a tick counts for the window around it',
    query: `${TEN_NS} ${BY_TWO} select [window, aggr::stats::count()] from in[ten, two] into out;`,
    in: [[0, '1'], [10], [11, '2'], [30]],
    out: [[], ['["ten",1]'], [], ['["ten",1]', '["two",2]']],
  },
  {
    title: 'more groups than max_groups are an error for their events alone',
    query: `define tumbling window w with size = 2, max_groups = 1 end; select aggr::stats::count() from in[w] group by event into out;`,
    in: [
      [0, '"a"'],
      [0, '"b"'],
      [0, '"a"'],
    ],
    out: [[], ['error: The window "w" has 1 groups, its "max_groups", and none for ["b"]'], ['2']],
  },
  {
    title: 'a group that saw no event for two eviction periods is forgotten without a word',
    query: `define tumbling window w with size = 2, eviction_period = 10 end; select aggr::stats::count() from in[w] group by event into out;`,
    in: [[1, '"a"'], [12, '"b"'], [13, '"a"'], [14, '"a"'], [25], [36], [37, '"a"']],
    out: [[], [], ['2'], [], [], [], []],
  },
  {
    title: 'a value an aggregate cannot take is left out, with an error at the call',
    query: `${BY_TWO} select aggr::stats::sum(event) from in[two] into out;`,
    in: [
      [0, '"a"'],
      [0, '1'],
    ],
    out: [['error: Bad type passed to function stats::sum/1'], ['1.0']],
  },
]

for (const { title, query, in: input, out } of cases) {
  test(title, () => {
    const select = create(query)
    const got = input.map(([ns, text]) =>
      shown(text === undefined ? select.onTick(BigInt(ns)) : select.onEvent(event(text, { ns }))),
    )
    assert.deepEqual(got, out)
  })
}

describe('requests', () => {
  test('are held by the window they are in, and let go once what became of it is delivered', () => {
    const select = create(`${BY_TWO} select aggr::stats::count() from in[two] into out;`)
    const [first, second] = [request(), request()]
    assert.deepEqual(select.onEvent(event('1', first)).released, [])
    first.flight.release()
    assert.equal(first.ended(), undefined)
    const { events, released } = select.onEvent(event('2', second))
    second.flight.release()
    assert.equal(first.ended(), undefined)
    events[0]!.flight!.answer(events[0]!)
    for (const each of released) each.release()
    assert.equal(first.ended(), 'answered')
    assert.equal(second.ended(), 'answered')
  })

  test('stay held through the outer windows of a tilt frame', () => {
    const select = create(`${BY_TWO} ${BY_THREE} select aggr::stats::count() from in[two, three] into out;`)
    const requests = Array.from({ length: 6 }, () => request())
    const ended = requests.map((each) => {
      for (const one of select.onEvent(event('1', each)).released) one.release()
      each.flight.release()
      return requests.filter((one) => one.ended() === 'dropped').length
    })
    assert.deepEqual(ended, [0, 0, 0, 0, 0, 6])
  })

  test('all hear it when what is made of their window fails', () => {
    const select = create(`${BY_TWO} select aggr::stats::count() + "a" from in[two] into out;`)
    const requests = [request(), request()]
    for (const each of requests) {
      for (const one of select.onEvent(event('1', each)).released) one.release()
      each.flight.release()
    }
    assert.deepEqual(
      requests.map((each) => each.ended()),
      ['script_error', 'script_error'],
    )
  })

  test('learn that no select let them through', () => {
    const select = create(`${BY_TWO} select aggr::stats::count() from in[two] where false into out;`)
    const only = request()
    select.onEvent(event('1', only))
    only.flight.release()
    assert.equal(only.ended(), 'no_route')
  })

  test('are given back when the select closes', () => {
    const select = create(`${BY_TWO} select aggr::stats::count() from in[two] into out;`)
    const only = request()
    select.onEvent(event('1', only))
    only.flight.release()
    const { events, released } = select.close()
    for (const flight of released) flight.release()
    assert.equal(only.ended(), 'draining')
    assert.deepEqual(events, [])
  })
})

test('what a window emits has an id of the select, the metadata of the event that closed it, and no origin', () => {
  const select = create(`${BY_TWO} select aggr::stats::count() from in[two] into out;`)
  select.onEvent(event('1', { meta: { a: 1 } }))
  const [made] = select.onEvent(event('2', { meta: { b: 2 } })).events
  assert.equal(String(made!.id), '7:0:0')
  assert.deepEqual(made!.meta, { b: 2 })
  assert.equal(made!.origin, null)
})

function create(query: string): Select {
  return createSelect(compiledSelect(query), { uid: 7, frame: frame() })
}

function event(
  text: string,
  with_: { ns?: number; meta?: Record<string, number>; flight?: Flight } = {},
): Event {
  const { ns = 0, meta = {}, flight = null } = with_
  return new Event(new EventId(1, 0, 0), Payload.of(decodeJson(text)), meta, BigInt(ns), null, flight)
}

function shown({ events, errors }: Outcome): string[] {
  return [
    ...errors.map(({ message }) => `error: ${message}`),
    ...events.map(({ payload }) => encodeJson(payload.value!)),
  ]
}

function request(): { flight: Flight; ended: () => Reason | 'answered' | undefined } {
  let end: Reason | 'answered' | undefined
  const flight = new Flight({ reply: () => (end = 'answered'), dead: (reason) => (end = reason) }, 0)
  return { flight, ended: () => end }
}
