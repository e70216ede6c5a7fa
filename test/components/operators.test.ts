/** What marbles cannot say of operators: flights, trails, metadata. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { encodeJson } from '#dsl/json.ts'
import type { Rec, Value } from '#dsl/value.ts'
import { loadCatalogue } from '#engine/catalogue.ts'
import { checkConfig } from '#engine/config.ts'
import type { Event, Trail } from '#engine/event.ts'
import { Feed } from '#engine/feed.ts'
import { Flight } from '#engine/flight.ts'
import { RateWindow } from '#engine/formats/rate-window.ts'
import { Recent } from '#engine/formats/recent.ts'
import type { Insight } from '#engine/insight.ts'
import { silentLog } from '#engine/log.ts'
import { goBack } from '#engine/outlet.ts'
import type { At } from '#engine/port.ts'
import type { Signal } from '#engine/signal.ts'
import { handClock } from '#engine/tools/hand-clock.ts'
import { signatureOf } from '#engine/world.ts'
import { eventOf } from '../engine/marbles.ts'

const { operators } = await loadCatalogue()
const span = { source: { name: 'test.trickle', text: '' }, start: 0, end: 0 }

/** An operator by itself, and what left it. */
function run(name: string, params: Rec = {}) {
  const definition = operators.get(name)!
  const { config } = checkConfig(definition.config, params, () => span)
  const clock = handClock()
  const context = {
    address: '/pipeline/test/01',
    node: 'it',
    clock,
    log: silentLog,
    linked: () => true,
    uid: 5,
  }
  const operator = definition.create(config!, context)
  const events = new Feed<At<Event>>()
  const signals = new Feed<Signal>()
  const insights = new Feed<At<Insight>>()
  const it = {
    clock,
    out: [] as At<Event>[],
    lanes: () => it.out.map(([port, event]) => `${port}:${encodeJson(event.payload.value!)}`),
    /** Does something with each event while it is delivered. */
    below: (_event: Event): void => {},
    send: (event: Event) => events.next(['in', event]),
    signal: (kind: Signal['kind']) => signals.next({ kind, atNs: clock.wallNs() }),
    insight: (insight: Partial<Insight>) =>
      insights.next(['out', { kind: 'ack', about: 'event', trail: null, ...insight }]),
  }
  const leave = (at: At<Event>) => {
    it.out.push(at)
    it.below(at[1])
  }
  operator.flow(events.stream).subscribe(leave)
  operator.signal?.(signals.stream).subscribe(leave)
  operator.contraflow?.(insights.stream).subscribe()
  return it
}

function request(clock = handClock()) {
  const ends: string[] = []
  const end = {
    reply: (event: Event) => void ends.push(`reply ${event.payload.value}`),
    dead: (reason: string, message: string) => void ends.push(`${reason}: ${message}`),
  }
  return { ends, flight: new Flight(end, clock.now()) }
}

function event(
  value: Value,
  more: { flight?: Flight; meta?: Rec; atNs?: bigint; trail?: Trail } = {},
): Event {
  const made = eventOf(value)
  made.flight = more.flight ?? null
  made.meta = more.meta ?? {}
  made.ingestNs = more.atNs ?? 0n
  made.trail = more.trail ?? null
  return made
}

describe('generic::batch', () => {
  test('makes one event of several, each with its metadata and time', () => {
    const it = run('generic::batch', { count: 2 })
    it.send(event('a', { meta: { x: 1 }, atNs: 1_700_000_000_000_000_001n }))
    it.send(event({ b: 2 }, { atNs: 7n }))
    const [port, batch] = it.out[0]!
    assert.equal(port, 'out')
    assert.equal(
      encodeJson(batch.payload.value!),
      '[{"data":{"value":"a","meta":{"x":1},"ingest_ns":1700000000000000001,"kind":null,"is_batch":false}},' +
        '{"data":{"value":{"b":2},"meta":{},"ingest_ns":7,"kind":null,"is_batch":false}}]',
    )
    assert.deepEqual(
      [batch.id.toString(), batch.isBatch, batch.meta, batch.ingestNs, batch.origin, batch.transactional],
      ['5:0:0', true, {}, 1_700_000_000_000_000_001n, null, false],
    )
  })

  test('leaves late by the times of its events, where no clock turns', () => {
    const it = run('generic::batch', { count: 100, timeout: 1 })
    it.send(event('a', { atNs: 0n }))
    it.send(event('b', { atNs: 1_000_000n }))
    assert.equal(it.out.length, 0)
    it.send(event('c', { atNs: 1_000_001n }))
    assert.equal(it.out.length, 1)
    assert.equal(it.clock.pending, 0, 'its timer is cancelled')
  })

  test('leaves before the engine stops', () => {
    const it = run('generic::batch', { count: 100 })
    it.signal('tick')
    it.send(event('a'))
    it.signal('tick')
    assert.equal(it.out.length, 0)
    it.signal('drain')
    it.signal('stop')
    assert.equal(it.out.length, 1)
  })

  test('what becomes of it comes back along the trail of every event in it', () => {
    const told: string[] = []
    const trailOf = (name: string, before: Trail | null = null): Trail => ({
      node: {
        hear: (port, insight) => (
          told.push(`${name}/${port} ${insight.kind} ${insight.elapsedMs}`), goBack(insight.trail, insight)
        ),
      },
      port: 'out',
      before,
    })
    const it = run('generic::batch', { count: 3 })
    const source = trailOf('source')
    it.send(event('a', { trail: trailOf('left', source) }))
    it.send(event('b', { trail: trailOf('right', source) }))
    it.send(event('c'))
    const insight: Insight = {
      kind: 'fail',
      about: 'event',
      trail: null,
      elapsedMs: 3,
      reason: 'upstream_reset',
    }
    goBack(it.out[0]![1].trail, insight)
    assert.deepEqual(told, ['left/out fail 3', 'source/out fail 3', 'right/out fail 3', 'source/out fail 3'])
  })

  describe('the requests in it', () => {
    function two() {
      const it = run('generic::batch', { count: 2 })
      const [first, second] = [request(), request()]
      let flight: Flight | null = null
      it.below = (batch) => {
        flight = batch.flight
        flight!.hold()
      }
      for (const { flight } of [first, second]) {
        it.send(event('x', { flight }))
        flight.release()
      }
      return { first, second, joined: flight! as Flight }
    }

    test('are all answered by its answer', () => {
      const { first, second, joined } = two()
      assert.deepEqual([first.ends, second.ends], [[], []])
      assert.equal(joined.answer(eventOf('yes')), true)
      joined.release()
      assert.deepEqual([first.ends, second.ends], [['reply yes'], ['reply yes']])
    })

    test('all hear why nothing came of it', () => {
      const { first, second, joined } = two()
      joined.note('upstream_timeout', 'too slow')
      joined.release()
      assert.deepEqual(
        [first.ends, second.ends],
        [['upstream_timeout: too slow'], ['upstream_timeout: too slow']],
      )
    })

    test('answered before, are not answered again', () => {
      const { first, second, joined } = two()
      first.flight.fail('deadline', 'no answer within 1 ms')
      joined.answer(eventOf('yes'))
      assert.deepEqual([first.ends, second.ends], [['deadline: no answer within 1 ms'], ['reply yes']])
    })

    test('take it with them when the last of their clients goes, and not before', () => {
      const { first, second, joined } = two()
      const over: boolean[] = []
      joined.carry({ over: (gone) => over.push(gone) })
      first.flight.abandon()
      assert.deepEqual(over, [])
      second.flight.abandon()
      assert.deepEqual([over, joined.settled], [[true], true])
    })

    test('tell it when the last answer was written', () => {
      const { first, second, joined } = two()
      const over: boolean[] = []
      joined.carry({ over: (gone) => over.push(gone) })
      joined.answer(eventOf('yes'))
      first.flight.over(false)
      assert.deepEqual(over, [])
      second.flight.over(false)
      assert.deepEqual(over, [false])
    })

    test('fly on by themselves if it is only one, twice', () => {
      const it = run('generic::batch', { count: 2 })
      const { ends, flight } = request()
      it.below = (batch) => void batch.flight!.answer(eventOf('yes'))
      it.send(event('a', { flight }))
      it.send(event('b', { flight }))
      flight.release()
      assert.deepEqual([ends, it.out[0]![1].flight === flight], [['reply yes'], true])
    })

    test('that were answered meanwhile do not keep it from going on', () => {
      const it = run('generic::batch', { count: 2 })
      for (const { flight } of [request(), request()]) {
        flight.answer(eventOf('yes'))
        it.send(event('x', { flight }))
      }
      assert.equal(it.out[0]![1].flight, null)
    })

    test('are held while it is not full', () => {
      const it = run('generic::batch', { count: 2, timeout: 50 })
      const { ends, flight } = request()
      it.send(event('a', { flight }))
      flight.release()
      assert.deepEqual(ends, [])
      it.clock.turn(50)
      assert.deepEqual(ends, ['dropped: nothing in the pipeline answered'])
    })
  })
})

describe('qos::percentile', () => {
  /** How many of 1000 events that are spread evenly over the times pass. */
  function share(it: ReturnType<typeof run>): number {
    it.out.length = 0
    for (let at = 0; at < 1000; at++) it.send(event('x', { atNs: BigInt(Math.round(at * 65.535)) }))
    return it.out.filter(([port]) => port === 'out').length
  }
  const bad: readonly [string, Partial<Insight>][] = [
    ['a failure', { kind: 'fail' }],
    ['a close', { kind: 'close' }],
    ['an answer later than the timeout', { kind: 'ack', elapsedMs: 101 }],
  ]
  for (const [title, insight] of bad) {
    test(`${title} takes a step down`, () => {
      const it = run('qos::percentile', { timeout: 100, step_down: 0.25 })
      it.insight(insight)
      assert.ok(Math.abs(share(it) - 750) <= 1, `${share(it)}`)
    })
  }
  test('a good answer takes a small step up, and never above all', () => {
    const it = run('qos::percentile', { timeout: 100, step_down: 0.5, step_up: 0.1 })
    it.insight({ kind: 'fail' })
    it.insight({ kind: 'ack', elapsedMs: 100 })
    assert.ok(Math.abs(share(it) - 600) <= 1, `${share(it)}`)
    for (let at = 0; at < 20; at++) it.insight({ kind: 'ack' })
    it.insight({ kind: 'fail' })
    assert.ok(Math.abs(share(it) - 500) <= 1, `${share(it)}`)
  })
  test('what is told about a place changes nothing', () => {
    const it = run('qos::percentile', { timeout: 100 })
    it.insight({ kind: 'close', about: 'place' })
    it.insight({ kind: 'fail', about: 'place' })
    assert.equal(share(it), 1000)
  })
  test('an event that is let through asks to hear how it fared; one that is not tells its request', () => {
    const it = run('qos::percentile', { timeout: 100, step_down: 1 })
    it.send(event('a'))
    assert.equal(it.out[0]![1].transactional, true)
    it.insight({ kind: 'fail' })
    const { ends, flight } = request()
    it.send(event('b', { flight, atNs: 5n }))
    flight.release()
    assert.match(ends[0]!, /^overflow/)
  })
})

describe('grouper::bucket', () => {
  const ms = 1_000_000n
  const one = { class: 'c', rate: 1 }
  const cases: readonly [
    title: string,
    events: readonly (readonly [meta: Rec, atMs: bigint])[],
    ports: string,
  ][] = [
    [
      'one in a second by default',
      [
        [one, 0n],
        [one, 999n],
        [one, 1000n],
      ],
      'out overflow out',
    ],
    [
      'time is divided: what falls out of the count makes room, part by part',
      [
        [{ ...one, rate: 2 }, 0n],
        [{ ...one, rate: 2 }, 500n],
        [{ ...one, rate: 2 }, 1000n],
        [{ ...one, rate: 2 }, 1499n],
        [{ ...one, rate: 2 }, 1500n],
      ],
      'out out out overflow out',
    ],
    [
      'classes are counted apart',
      [
        [one, 0n],
        [{ class: 'd', rate: 1 }, 0n],
        [one, 0n],
      ],
      'out out overflow',
    ],
    [
      'dimensions are counted apart, by value and not by order',
      [
        [{ ...one, dimensions: { a: 1, b: 2 } }, 0n],
        [{ ...one, dimensions: { b: 2, a: 1 } }, 0n],
        [{ ...one, dimensions: { a: 2 } }, 0n],
        [one, 0n],
      ],
      'out overflow out out',
    ],
    [
      'a new rate counts at once',
      [
        [one, 0n],
        [{ class: 'c', rate: 3 }, 0n],
        [{ class: 'c', rate: 3 }, 0n],
        [one, 0n],
      ],
      'out out out overflow',
    ],
    [
      'a new range begins anew',
      [
        [one, 0n],
        [{ ...one, time_range: 10 }, 0n],
        [{ ...one, time_range: 10 }, 9n],
        [{ ...one, time_range: 10 }, 10n],
      ],
      'out out overflow out',
    ],
    ['a rate of nothing', [[{ class: 'c', rate: 0 }, 0n]], 'overflow'],
    [
      'the dimension not seen for longest is forgotten',
      [
        [{ ...one, cardinality: 2, dimensions: 1 }, 0n],
        [{ ...one, cardinality: 2, dimensions: 2 }, 0n],
        [{ ...one, cardinality: 2, dimensions: 1 }, 0n],
        [{ ...one, cardinality: 2, dimensions: 3 }, 0n],
        [{ ...one, cardinality: 2, dimensions: 1 }, 0n],
        [{ ...one, cardinality: 2, dimensions: 2 }, 0n],
      ],
      'out out overflow out overflow out',
    ],
    [
      'an event from the past counts as one of now',
      [
        [one, 5000n],
        [one, 0n],
        [one, 6000n],
      ],
      'out overflow out',
    ],
    ['no class', [[{ rate: 1 }, 0n]], 'err'],
    ['a class that is no text', [[{ class: 1, rate: 1 }, 0n]], 'err'],
    ['no rate', [[{ class: 'c' }, 0n]], 'err'],
    ['a rate below nothing', [[{ class: 'c', rate: -1 }, 0n]], 'err'],
    ['a rate that is no integer', [[{ class: 'c', rate: 1.5 }, 0n]], 'err'],
    [
      'parts and ranges that make no sense are the defaults',
      [
        [{ ...one, windows: 0, time_range: -5, cardinality: 'x' }, 0n],
        [{ ...one, windows: 0, time_range: -5 }, 999n],
      ],
      'out overflow',
    ],
    [
      'more parts than nanoseconds',
      [
        [{ ...one, windows: 10_000, time_range: 1 }, 0n],
        [{ ...one, windows: 10_000, time_range: 1 }, 2n],
      ],
      'out out',
    ],
  ]
  for (const [title, events, ports] of cases) {
    test(title, () => {
      const it = run('grouper::bucket')
      for (const [meta, at] of events) it.send(event('x', { meta, atNs: at * ms }))
      assert.equal(it.out.map(([port]) => port).join(' '), ports)
    })
  }

  test('what is remembered is what a list in the order of asking would remember', () => {
    const asked = fc.array(
      fc.record({ key: fc.constantFrom(...'abcdefg'), most: fc.integer({ min: 1, max: 5 }) }),
    )
    fc.assert(
      fc.property(asked, (asked) => {
        const recent = new Recent<number>()
        let list: (readonly [string, number])[] = []
        asked.forEach(({ key, most }, at) => {
          const known = list.find(([other]) => other === key)
          assert.equal(recent.get(key), known?.[1])
          if (known === undefined) recent.set(key, at)
          list = [...list.filter(([other]) => other !== key), known ?? ([key, at] as const)].slice(-most)
          recent.trim(most)
        })
      }),
    )
  })

  test('the counts are those of a list that remembers every event', () => {
    const steps = fc.array(fc.record({ wait: fc.bigInt({ min: 0n, max: 40n }), most: fc.nat({ max: 6 }) }), {
      maxLength: 80,
    })
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 9 }), (steps, parts) => {
        const range = BigInt(parts) * 10n
        const window = new RateWindow(range, parts)
        const passed: bigint[] = []
        let now = 0n
        for (const { wait, most } of steps) {
          now += wait
          const counted = passed.filter((at) => at / 10n > now / 10n - BigInt(parts)).length
          const passes = counted < most
          if (passes) passed.push(now)
          assert.equal(window.pass(now, most), passes)
        }
      }),
    )
  })
})

describe('debug::history', () => {
  test('appends to what is there, and keeps the other fields', () => {
    const first = run('debug::history', { op: 'here', name: 'h' })
    const second = run('debug::history', { op: 'there', name: 'h' })
    first.send(event('a', { meta: { x: 1 } }))
    second.send(first.out[0]![1])
    assert.deepEqual(second.out[0]![1].meta, { x: 1, h: ['evt: here(0:0:0)', 'evt: there(0:0:0)'] })
  })
  test('takes the place of what is no list', () => {
    const it = run('debug::history', { op: 'here', name: 'h' })
    it.send(event('a', { meta: { h: 'x' } }))
    assert.deepEqual(it.out[0]![1].meta, { h: ['evt: here(0:0:0)'] })
  })
})

describe('parameters', () => {
  const cases: readonly [operator: string, params: Rec, findings: readonly RegExp[]][] = [
    ['generic::batch', {}, [/"count" of operator "generic::batch" is missing/]],
    ['generic::batch', { count: 0 }, [/at least 1/]],
    ['qos::wal', { read_count: 10 }, [/needs "max_elements" or "max_bytes"/]],
    ['qos::wal', { read_count: 10, max_elements: 5, flush_on_evnt: true }, [/"flush_on_evnt".* out of use/]],
    ['qos::wal', { read_count: 10, max_bytes: '1MiB' }, []],
    ['grouper::bucket', { rate: 5 }, [/Unknown key "rate"/]],
    ['generic::backpressure', { timeout: 100 }, [/"generic::backpressure" is out of use/]],
    ['qos::backpressure', { timeout: 100 }, []],
    ['qos::percentile', { timeout: '1s', step_down: 2 }, [/between 0 and 1/]],
    ['debug::history', { op: 'x' }, [/"name"/]],
  ]
  for (const [operator, params, wanted] of cases) {
    test(`${operator} ${encodeJson(params)}`, () => {
      const found = signatureOf(operator, operators.get(operator)!).check(params, () => span, span)
      assert.equal(found.length, wanted.length, found.map(({ message }) => message).join('\n'))
      for (const [at, pattern] of wanted.entries()) assert.match(found[at]!.message, pattern)
    })
  }
})
