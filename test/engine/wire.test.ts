import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { map } from 'rxjs'
import type { Graph, GraphLink, GraphNode } from '#dsl/graph.ts'
import type { Event } from '#engine/event.ts'
import { Flight } from '#engine/flight.ts'
import type { Insight } from '#engine/insight.ts'
import { silentLog } from '#engine/log.ts'
import type { Operator } from '#engine/operator.ts'
import { goBack, goUp, type Inlet } from '#engine/outlet.ts'
import { perEvent } from '#engine/per-event.ts'
import { wire } from '#engine/pipeline/wire.ts'
import { handClock } from '#engine/tools/hand-clock.ts'
import { eventOf } from './marbles.ts'

const span = { source: { name: 'test.trickle', text: '' }, start: 0, end: 0 }

/** `a -> b`, `rr/left -> x`: nodes `in`, `out/…` are the ports of the pipeline, the others operators. */
function graphOf(...edges: string[]): Graph {
  const nodes = new Map<string, GraphNode>()
  const links: GraphLink[] = edges.map((edge) => {
    const [from, to] = edge.split(' -> ').map(end) as [GraphLink['from'], GraphLink['to']]
    return { from, to, span }
  })
  return { id: 'test', source: span.source, nodes: [...nodes.values()], links }

  function end(text: string): GraphLink['from'] {
    const [name, port] = text.split('/') as [string, string | undefined]
    if (name === 'in') nodes.set(text, { kind: 'input', id: text, port: 'in', span })
    else if (name === 'out' || name === 'err')
      nodes.set(text, { kind: 'output', id: text, port: port ?? name, span })
    else {
      nodes.set(name, { kind: 'operator', id: name, operator: name, params: {}, span })
      return { node: name, port: port ?? 'out' }
    }
    return { node: text, port: 'out' }
  }
}

/** What arrives at each port of the pipeline, as `port:value`. */
function run(graph: Graph, operators: Record<string, () => Operator>) {
  const arrived: string[] = []
  const events: Event[] = []
  const uids = { next: 1 }
  const pipeline = wire(graph, {
    address: '/pipeline/test/01',
    clock: handClock(),
    log: silentLog,
    create: (node) => operators[node.id]!(),
    nextUid: () => uids.next++,
    linked: () => true,
  })
  for (const [port, outlet] of pipeline.outlets) {
    const sink: Inlet = {
      sources: [outlet],
      accept(event) {
        arrived.push(`${port}:${String(event.payload.value)}`)
        events.push(event)
      },
    }
    outlet.lead([sink])
  }
  return { arrived, events, pipeline, send: (event: Event) => pipeline.inlets.get('in')!.accept(event) }
}

const pass = (port = 'out'): Operator => ({
  flow: (events) => events.pipe(map(([, event]) => [port, event])),
})

describe('events go down', () => {
  test('each takes the links of the port it leaves by, depth first, in link order', () => {
    const it = run(graphOf('in -> a', 'a -> b', 'a -> out/late', 'b -> out/early'), { a: pass, b: pass })
    it.send(eventOf('x'))
    assert.deepEqual(it.arrived, ['early:x', 'late:x'])
  })

  test('where a port leads to several places each gets an event of its own', () => {
    const it = run(graphOf('in -> a', 'a -> out/one', 'a -> out/two'), { a: pass })
    it.send(eventOf('x'))
    assert.equal(it.events.length, 2)
    assert.notEqual(it.events[0], it.events[1])
  })

  test('an event that leaves by a port nobody linked tells its flight why', () => {
    const said: string[] = []
    const flight = new Flight(
      { reply: () => {}, dead: (reason, message) => said.push(`${reason}: ${message}`) },
      0,
    )
    const it = run(graphOf('in -> a'), { a: () => pass('nowhere') })
    const event = eventOf('x')
    event.flight = flight
    it.send(event)
    flight.release()
    assert.deepEqual(said, ['dropped: the event left by port "nowhere", which leads nowhere'])
  })
})

describe('an operator that fails', () => {
  const fragile = (): Operator => ({
    flow: perEvent((event, _port, out) => {
      if (event.payload.value === 'bad') throw new Error('broken')
      out.next(['out', event])
    }),
  })
  const dying = (): Operator => ({
    flow: (events) =>
      events.pipe(
        map(([, event]) => {
          if (event.payload.value === 'bad') throw new Error('broken')
          return ['out', event]
        }),
      ),
  })
  for (const [name, operator] of [
    ['by throwing', fragile],
    ['by an error in its stream', dying],
  ] as const) {
    test(`${name} answers that request and goes on with the next`, () => {
      const said: string[] = []
      const it = run(graphOf('in -> a', 'a -> out'), { a: operator })
      const event = eventOf('bad')
      event.flight = new Flight({ reply: () => {}, dead: (reason) => said.push(reason) }, 0)
      it.send(event)
      event.flight.release()
      it.send(eventOf('good'))
      assert.deepEqual(said, ['script_error'])
      assert.deepEqual(it.arrived, ['out:good'])
    })
  }
})

describe('insights go up', () => {
  const log: string[] = []
  const listening =
    (name: string, port = 'out') =>
    (): Operator => ({
      ...pass(port),
      contraflow: (insights) =>
        insights.pipe(map(([at, insight]) => (log.push(`${name}/${at} ${insight.kind}`), insight))),
    })
  const graph = () =>
    graphOf(
      'in -> rr',
      'rr/left -> a',
      'rr/right -> b',
      'a -> out/one',
      'b -> out/two',
      'rr/left -> c',
      'c -> out/three',
    )

  test('about an event: to the nodes it visited and no others, backwards, through the ports it left by', () => {
    log.length = 0
    const it = run(graph(), {
      rr: listening('rr', 'left'),
      a: listening('a'),
      b: listening('b'),
      c: listening('c'),
    })
    it.send(eventOf('x'))
    const came = it.events.find((_, index) => it.arrived[index]!.startsWith('three'))!
    const insight: Insight = { kind: 'ack', about: 'event', trail: null }
    goBack(came.trail, insight)
    assert.deepEqual(log, ['c/out ack', 'rr/left ack'])
  })

  test('about a place: up every link that leads there', () => {
    log.length = 0
    const it = run(graph(), { rr: listening('rr', 'left'), a: listening('a'), b: listening('b'), c: pass })
    goUp([it.pipeline.outlets.get('two')!], { kind: 'close', about: 'place', trail: null })
    goUp([it.pipeline.outlets.get('three')!], { kind: 'open', about: 'place', trail: null })
    assert.deepEqual(log, ['b/out close', 'rr/right close', 'rr/left open'])
  })
})
