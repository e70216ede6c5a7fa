/**
 * Graph -> RxJS: events down, signals beside, contraflow up.
 *
 * Every script, select and operator becomes an `Operator` whose `flow` is subscribed here and nowhere else. An edge is
 * a call: what a flow emits goes straight to the outlet of its port, and the outlet to the next node's feed. Inside a pipeline
 * delivery is synchronous and depth first, in link order.
 */
import { Subscriber, type Subscription } from 'rxjs'
import type { Graph, GraphNode } from '#dsl/graph.ts'
import type { Clock } from '../clock.ts'
import type { Event, Listener } from '../event.ts'
import { Feed } from '../feed.ts'
import type { Insight } from '../insight.ts'
import type { Log } from '../log.ts'
import type { Operator, OperatorContext } from '../operator.ts'
import { goBack, goUp, type Inlet, Outlet } from '../outlet.ts'
import type { At, Port } from '../port.ts'
import type { Signal } from '../signal.ts'

/** A graph, running. */
export interface Pipeline {
  readonly address: string
  readonly inlets: ReadonlyMap<Port, Inlet>
  readonly outlets: ReadonlyMap<Port, Outlet>
  signal(signal: Signal): void
  close(): void
}

export interface Site {
  readonly address: string
  readonly clock: Clock
  readonly log: Log
  /** Makes the operator behind a node of kind script, select or operator. */
  create(node: GraphNode, context: OperatorContext): Operator
  /** A number for each operator, unique in the process. */
  nextUid(): number
  /** Whether an out port of the pipeline leads anywhere: known before anything is linked. */
  linked(port: Port): boolean
}

export function wire(graph: Graph, site: Site): Pipeline {
  const gates = new Map<string, Gate>()
  const stages = new Map<string, Stage>()
  for (const node of graph.nodes) {
    if (node.kind === 'input') gates.set(node.id, new Gate(node.port, ''))
    else if (node.kind === 'output') gates.set(node.id, new Gate(node.port, `${site.address}/${node.port}`))
    else stages.set(node.id, new Stage(node.id, site))
  }

  const ends = new Map<Outlet, Inlet[]>()
  for (const link of graph.links) {
    const outlet = gates.get(link.from.node)?.outlet ?? stages.get(link.from.node)!.outlet(link.from.port)
    const inlet = gates.get(link.to.node) ?? stages.get(link.to.node)!.inlet(link.to.port)
    ends.set(outlet, [...(ends.get(outlet) ?? []), inlet])
    inlet.sources = [...inlet.sources, outlet]
  }
  for (const [outlet, inlets] of ends) outlet.lead(inlets)

  // Made last to first, so that what an operator asks of the ports below it can be answered.
  for (const node of [...graph.nodes].reverse()) {
    const stage = stages.get(node.id)
    if (stage === undefined) continue
    const context: OperatorContext = {
      address: site.address,
      node: node.id,
      clock: site.clock,
      log: site.log,
      linked: (port) => leadsOn(stage.outlet(port), gates, site),
      uid: site.nextUid(),
    }
    stage.run(site.create(node, context))
  }

  const inputs = graph.nodes.filter((node) => node.kind === 'input')
  const outputs = graph.nodes.filter((node) => node.kind === 'output')
  return {
    address: site.address,
    inlets: new Map(inputs.map((node) => [node.port, gates.get(node.id)!])),
    outlets: new Map(outputs.map((node) => [node.port, gates.get(node.id)!.outlet])),
    signal(signal) {
      for (const stage of stages.values()) stage.signal(signal)
    },
    close() {
      for (const stage of stages.values()) stage.close()
    },
  }
}

/** Whether an event leaving here is taken by something other than a port of the pipeline that nobody linked. */
function leadsOn(outlet: Outlet, gates: ReadonlyMap<string, Gate>, site: Site): boolean {
  return outlet.targets.some((target) => {
    for (const gate of gates.values()) if (gate === target) return site.linked(gate.port)
    return true
  })
}

/** A port of the pipeline itself: passes events on and insights up. */
class Gate implements Inlet, Listener {
  readonly port: Port
  readonly outlet: Outlet
  sources: readonly Outlet[] = []

  constructor(port: Port, address: string) {
    this.port = port
    this.outlet = new Outlet(this, port, address)
  }

  accept(event: Event): void {
    this.outlet.deliver(event)
  }

  hear(_port: Port, insight: Insight): void {
    goUp(this.sources, insight)
  }
}

/** A script, select or operator at work: its three streams, subscribed. */
class Stage implements Listener {
  readonly #id: string
  readonly #site: Site
  readonly #inlets = new Map<Port, StageInlet>()
  readonly #outlets = new Map<Port, Outlet>()
  #events = new Feed<At<Event>>()
  #signals = new Feed<Signal>()
  #insights = new Feed<At<Insight>>()
  #subscriptions: Subscription[] = []
  #operator: Operator | null = null
  #listens = false
  /** Nearly everything leaves by this one. */
  readonly #out: Outlet

  constructor(id: string, site: Site) {
    this.#id = id
    this.#site = site
    this.#out = this.outlet('out')
  }

  inlet(port: Port): Inlet {
    let inlet = this.#inlets.get(port)
    if (inlet === undefined) this.#inlets.set(port, (inlet = new StageInlet(this, port)))
    return inlet
  }

  outlet(port: Port): Outlet {
    let outlet = this.#outlets.get(port)
    if (outlet === undefined) this.#outlets.set(port, (outlet = new Outlet(this, port)))
    return outlet
  }

  run(operator: Operator): void {
    this.#operator = operator
    this.#listens = operator.contraflow !== undefined
    this.#subscriptions = [operator.flow(this.#events.stream).subscribe(new Exit((at) => this.#leave(at)))]
    if (operator.signal !== undefined) {
      this.#subscriptions.push(
        operator.signal(this.#signals.stream).subscribe(new Exit((at) => this.#leave(at))),
      )
    }
    if (operator.contraflow !== undefined) {
      const up = operator.contraflow(this.#insights.stream)
      this.#subscriptions.push(up.subscribe(new Exit((insight) => this.#rise(insight))))
    }
  }

  take(port: Port, event: Event): void {
    try {
      this.#events.next([port, event])
      if (!this.#events.watched) throw new Error(`operator "${this.#id}" has ended its stream`)
    } catch (error) {
      this.#broken(event, error)
    }
  }

  signal(signal: Signal): void {
    try {
      this.#signals.next(signal)
    } catch (error) {
      this.#restart(error)
    }
  }

  hear(port: Port, insight: Insight): void {
    if (!this.#listens) return this.#rise(insight)
    try {
      this.#insights.next([port, insight])
    } catch (error) {
      this.#restart(error)
    }
  }

  close(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe()
  }

  #leave(at: At<Event>): void {
    const event = at[1]
    if (this.#listens) event.trail = { node: this, port: at[0], before: event.trail }
    const outlet = at[0] === 'out' ? this.#out : this.outlet(at[0])
    outlet.deliver(event)
  }

  #rise(insight: Insight): void {
    if (insight.about === 'event') return goBack(insight.trail, insight)
    for (const inlet of this.#inlets.values()) goUp(inlet.sources, insight)
  }

  /** An operator threw, or ended its stream. The event's request is answered. */
  #broken(event: Event, error: unknown): void {
    this.#restart(error)
    event.flight?.note('script_error', 'an operator failed')
  }

  #restart(error: unknown): void {
    this.#site.log.error(
      { node: this.#site.address, operator: this.#id, err: error },
      'operator failed; it is started anew',
    )
    this.close()
    this.#events = new Feed()
    this.#signals = new Feed()
    this.#insights = new Feed()
    this.run(this.#operator!)
  }
}

class StageInlet implements Inlet {
  readonly #stage: Stage
  readonly #port: Port
  sources: readonly Outlet[] = []

  constructor(stage: Stage, port: Port) {
    this.#stage = stage
    this.#port = port
  }

  accept(event: Event): void {
    this.#stage.take(this.#port, event)
  }
}

/** The end of a flow: hands what arrives to a function, in the same call. Not a safe subscriber: what throws below is caught by the node it threw in. */
class Exit<T> extends Subscriber<T> {
  readonly #take: (value: T) => void
  constructor(take: (value: T) => void) {
    super()
    this.#take = take
  }
  override next(value: T): void {
    this.#take(value)
  }
  override error(error: unknown): void {
    this.unsubscribe()
    throw error
  }
}
