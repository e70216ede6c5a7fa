/**
 * One configuration, running: ramps and pipelines by address, and the links between them. Built beside the one that serves,
 * taking over from it what did not change; nothing of it is reached by an event before `take`.
 */
import { Subscriber, type Subscription } from 'rxjs'
import type { Keys } from '#dsl/json-skim.ts'
import type { EndPlan, PipelinePlan, Plan, RampPlan } from '../binding/plan.ts'
import type { Event, Listener } from '../event.ts'
import { Feed } from '../feed.ts'
import type { Insight } from '../insight.ts'
import { goUp, type Inlet, Outlet } from '../outlet.ts'
import { createOperator } from '../pipeline/create.ts'
import { type Pipeline, wire } from '../pipeline/wire.ts'
import type { At, Port } from '../port.ts'
import type { BodyDemand, Offramp, Onramp, Place } from '../ramp.ts'
import { demandOf } from './demand.ts'
import { rampContext } from './ramp-context.ts'
import { type See, tap } from './tap.ts'
import { touchedBehind } from './touches.ts'
import type { World } from './world.ts'

/** Operators number their events from here, offramps from there (tremor-common/src/ids.rs). */
const firstOperatorUid = 2 ** 47 + 1
const firstOfframpUid = 2 ** 51 + 1

/** An event that comes back to a ramp before the ramp is done with it, and so on, so many times deep, goes round in a circle. */
const mostWithin = 32

interface Running<T> {
  readonly form: string
  readonly node: T
}

export class Generation {
  readonly plan: Plan
  readonly onramps = new Map<string, Running<Onramp>>()
  readonly offramps = new Map<string, Running<Offramp>>()
  readonly pipelines = new Map<string, Running<Pipeline>>()
  /** Requests that began here and are not over. */
  flights = 0
  #world: World
  #opened: (Onramp | Offramp)[] = []
  /** Onramps that serve from the sockets of the one before them. */
  #heirs: { readonly node: Onramp; readonly before: Onramp }[] = []
  #ramps = new Map<string, RampLinks>()
  #subscriptions: Subscription[] = []
  #nextUid = firstOperatorUid
  #quiet: (() => void)[] = []

  constructor(plan: Plan, world: World) {
    this.plan = plan
    this.#world = world
  }

  /** Builds and opens what `before` does not have already. Rejects, with everything newly opened closed again, if a part cannot start. */
  async build(before: Generation | null): Promise<void> {
    try {
      this.#buildPipelines(before)
      await this.#buildOfframps(before)
      await this.#buildOnramps(before)
    } catch (error) {
      this.abandon()
      throw error
    }
  }

  /** Was built, but shall not serve. */
  abandon(): void {
    for (const ramp of this.#opened) ramp.close()
  }

  /** Sets every link and takes the events: one step, between two events. */
  take(): void {
    for (const ramp of [...this.plan.onramps, ...this.plan.offramps])
      this.#ramps.set(ramp.address, new RampLinks(ramp, this.#nodeOf(ramp.address), this.#world))
    const sources = new Map<Inlet, Outlet[]>()
    const ends = new Map<Outlet, Inlet[]>()
    for (const pipeline of this.pipelines.values())
      for (const outlet of pipeline.node.outlets.values()) ends.set(outlet, [])
    for (const link of this.plan.links) {
      const outlet = this.#outletOf(link.from)
      const inlet = this.#inletOf(link.to, link.from.port)
      ends.set(outlet, [...(ends.get(outlet) ?? []), inlet])
      sources.set(inlet, [...(sources.get(inlet) ?? []), outlet])
    }
    for (const pipeline of this.pipelines.values())
      for (const inlet of pipeline.node.inlets.values()) inlet.sources = sources.get(inlet) ?? []
    for (const [inlet, outlets] of sources) inlet.sources = outlets
    for (const [outlet, inlets] of ends) outlet.lead(inlets)
    this.#observe(ends.keys())
    for (const ramp of this.plan.offramps) this.#subscribeOfframp(ramp)
    for (const ramp of this.plan.onramps) this.#subscribeOnramp(ramp)
    for (const { node, before } of this.#heirs) node.takeOver!(before)
  }

  /** Shows `see` what leaves this port; undefined if it leads nowhere. */
  tap(address: string, port: Port, see: See): (() => void) | undefined {
    const link = this.plan.links.find(({ from }) => from.address === address && from.port === port)
    return link === undefined ? undefined : tap(this.#outletOf(link.from), see)
  }

  /** Puts an event into a port, or lets it leave by one, as if a node had done so. */
  put({ kind, address, port }: EndPlan, event: Event): void {
    const ramp = this.#ramps.get(address)
    if (kind === 'pipeline') {
      const inlet = this.pipelines.get(address)!.node.inlets.get(port)
      if (inlet !== undefined) inlet.accept(event)
      else this.#outletOf({ kind, address, port }).deliver(event)
    } else if (port !== 'in') ramp!.outlet(port).deliver(event)
    else this.#inletOf({ kind, address, port }, 'out').accept(event)
  }

  /** Somebody wants to see what leaves by these: it looks, and lets the event go where it would have gone. */
  #observe(outlets: Iterable<Outlet>): void {
    const { observe } = this.#world
    if (observe === undefined) return
    const addresses = new Map<Outlet, string>()
    for (const [address, { node }] of this.pipelines)
      for (const outlet of node.outlets.values()) addresses.set(outlet, address)
    for (const { from } of this.plan.links) addresses.set(this.#outletOf(from), from.address)
    for (const outlet of outlets) {
      const onwards = new Outlet(outlet.owner, outlet.port)
      onwards.lead(outlet.targets)
      const accept = (event: Event) => {
        observe(addresses.get(outlet)!, outlet.port, event)
        onwards.deliver(event)
      }
      outlet.lead([{ sources: [], accept }])
    }
  }

  signalAll(kind: 'tick' | 'drain' | 'stop' | 'start'): void {
    const atNs = this.#world.clock.wallNs()
    for (const pipeline of this.pipelines.values()) pipeline.node.signal({ kind, atNs })
  }

  /** The same for what `after` has not taken over. */
  signalOwn(kind: 'tick' | 'drain', after: Generation | null): void {
    const atNs = this.#world.clock.wallNs()
    for (const [address, { node }] of this.pipelines)
      if (after?.pipelines.get(address)?.node !== node) node.signal({ kind, atNs })
  }

  /** Resolves when the last request that began here is over. */
  quiet(): Promise<void> {
    if (this.flights === 0) return Promise.resolve()
    return new Promise((resolve) => this.#quiet.push(resolve))
  }

  /** Onramps that `after` has not taken over take nothing new; what began in them goes on. Their ports are free again. */
  closeDoors(after: Generation): void {
    for (const [address, { node }] of this.onramps)
      if (after.onramps.get(address)?.node !== node) void node.drain()
  }

  /** Takes nothing new; resolves when every request that began here is over, and every call with it. */
  async drain(): Promise<void> {
    await Promise.all([...this.onramps.values()].map(({ node }) => node.drain()))
    await this.quiet()
    await Promise.all([...this.offramps.values()].map(({ node }) => node.drain()))
  }

  /** Lets go of everything, whatever is still under way. */
  close(): void {
    for (const { node } of [...this.onramps.values(), ...this.offramps.values()]) node.close()
    for (const subscription of this.#subscriptions) subscription.unsubscribe()
    for (const { node } of this.pipelines.values()) node.close()
  }

  /** Lets go of what `after` has not taken over. */
  async retire(after: Generation | null): Promise<void> {
    for (const subscription of this.#subscriptions) subscription.unsubscribe()
    for (const [address, { node }] of this.pipelines)
      if (after?.pipelines.get(address)?.node !== node) node.close()
    const ramps: [Onramp | Offramp, unknown][] = []
    for (const [address, { node }] of this.onramps) ramps.push([node, after?.onramps.get(address)?.node])
    for (const [address, { node }] of this.offramps) ramps.push([node, after?.offramps.get(address)?.node])
    await Promise.all(
      ramps.filter(([node, kept]) => node !== kept).map(([node]) => node.drain().then(() => node.close())),
    )
  }

  // ---- building ----------------------------------------------------------------------------------------------

  #buildPipelines(before: Generation | null): void {
    for (const plan of this.plan.pipelines) {
      const form = this.#formOf(plan)
      const old = before?.pipelines.get(plan.address)
      this.pipelines.set(plan.address, old?.form === form ? old : { form, node: this.#wire(plan) })
    }
  }

  /**
   * A pipeline is the same if all that lies behind it is, up to the ramps: what is under way in it goes on in the
   * configuration it began in, and meets nothing for which its body would have to be decoded or read whole.
   */
  #formOf(plan: PipelinePlan, seen: Set<string> = new Set()): string {
    if (seen.has(plan.address)) return ''
    seen.add(plan.address)
    const links = this.plan.links.filter(({ from }) => from.address === plan.address)
    const behind = links.map(({ from, to }) => {
      const next = this.plan.pipelines.find(({ address }) => address === to.address)
      const demand = demandOf(this.plan, this.#world.catalogue, from.address, from.port)
      return `${from.port} ${demand} -> ${to.address}/${to.port} ${next === undefined ? '' : this.#formOf(next, seen)}`
    })
    return [plan.form, ...behind].join('\n')
  }

  #wire(plan: PipelinePlan): Pipeline {
    const { clock, log } = this.#world
    return wire(plan.graph, {
      address: plan.address,
      clock,
      log,
      create: (node, context) =>
        createOperator(node, { ...context, worker: this.#world.worker }, this.#world),
      nextUid: () => this.#nextUid++,
      linked: (port) => plan.linkedPorts.includes(port),
    })
  }

  async #buildOfframps(before: Generation | null): Promise<void> {
    for (const [index, plan] of this.plan.offramps.entries()) {
      const old = before?.offramps.get(plan.address)
      if (old?.form === plan.form) {
        this.offramps.set(plan.address, old)
        continue
      }
      const context = rampContext(plan, firstOfframpUid + index, this.#world)
      const node = this.#world.catalogue.offramps.get(plan.type)!.create(plan.config as never, context)
      this.#opened.push(node)
      await opening(plan, node)
      this.offramps.set(plan.address, { form: plan.form, node })
    }
  }

  async #buildOnramps(before: Generation | null): Promise<void> {
    for (const [index, plan] of this.plan.onramps.entries()) {
      const old = before?.onramps.get(plan.address)
      if (old?.form === plan.form) {
        this.onramps.set(plan.address, old)
        continue
      }
      const context = rampContext(plan, index + 1, this.#world)
      const node = this.#world.catalogue.onramps.get(plan.type)!.create(plan.config as never, context)
      if (old !== undefined && node.canTakeOver?.(old.node)) this.#heirs.push({ node, before: old.node })
      else {
        this.#opened.push(node)
        await opening(plan, node)
      }
      this.onramps.set(plan.address, { form: plan.form, node })
    }
  }

  // ---- linking -----------------------------------------------------------------------------------------------

  #nodeOf(address: string): Onramp | Offramp {
    return (this.onramps.get(address) ?? this.offramps.get(address))!.node
  }

  #outletOf(end: EndPlan): Outlet {
    if (end.kind === 'pipeline')
      return this.pipelines.get(end.address)!.node.outlets.get(end.port) ?? neverUsed(end.port)
    return this.#ramps.get(end.address)!.outlet(end.port)
  }

  #inletOf(end: EndPlan, from: Port): Inlet {
    if (end.kind === 'pipeline') return this.pipelines.get(end.address)!.node.inlets.get(end.port)!
    const ramp = this.#ramps.get(end.address)!
    return end.kind === 'offramp' ? ramp.inlet : ramp.replyInlet(from)
  }

  #subscribeOfframp(plan: RampPlan): void {
    const links = this.#ramps.get(plan.address)!
    const ramp = this.offramps.get(plan.address)!.node
    const out = new Leave(links)
    this.#subscriptions.push(ramp.write(links.events.stream, this.#place(plan)).subscribe(out))
    this.#subscriptions.push(ramp.insights.subscribe((insight) => goUp(links.inlet.sources, insight)))
  }

  #subscribeOnramp(plan: RampPlan): void {
    const links = this.#ramps.get(plan.address)!
    const ramp = this.onramps.get(plan.address)!.node
    this.#subscriptions.push(ramp.events(this.#place(plan)).subscribe(new Leave(links)))
  }

  #place(plan: RampPlan): Place {
    const demands = new Map<Port, BodyDemand>()
    const touched = new Map<Port, Keys | undefined>()
    const linked = new Set(plan.linkedPorts)
    for (const port of linked) {
      const demand = demandOf(this.plan, this.#world.catalogue, plan.address, port)
      if (demand === 'value')
        touched.set(port, touchedBehind(this.plan, this.#world.catalogue, plan.address, port))
      demands.set(port, this.#world.observe !== undefined && demand === 'stream' ? 'bytes' : demand)
    }
    // What is asked of every message.
    const out = { demand: demands.get('out') ?? 'stream', touches: touched.get('out') }
    return {
      linked: (port) => linked.has(port),
      demand: (port) => (port === 'out' ? out.demand : (demands.get(port) ?? 'stream')),
      touches: (port) => (port === 'out' ? out.touches : touched.get(port)),
      enter: () => {
        this.flights++
      },
      leave: () => {
        if (--this.flights === 0) for (const resolve of this.#quiet.splice(0)) resolve()
      },
    }
  }
}

/** A port that may be linked though nothing in the pipeline leaves by it: `err` of one that cannot fail. */
function neverUsed(port: Port): Outlet {
  return new Outlet({ hear: () => {} }, port)
}

async function opening(plan: RampPlan, ramp: Onramp | Offramp): Promise<void> {
  try {
    await ramp.open()
  } catch (error) {
    throw new Error(`Cannot start ${plan.address}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The ends of a ramp in one generation: where its events go, and how events reach it. */
class RampLinks implements Listener {
  readonly events = new Feed<At<Event>>()
  readonly inlet: Inlet
  readonly #plan: RampPlan
  readonly #node: Onramp | Offramp
  readonly #world: World
  readonly #outlets = new Map<Port, Outlet>()
  readonly #replies = new Map<Port, Inlet>()

  constructor(plan: RampPlan, node: Onramp | Offramp, world: World) {
    this.#plan = plan
    this.#node = node
    this.#world = world
    this.inlet = this.#guarded((event) => this.events.next(['in', event]))
  }

  outlet(port: Port): Outlet {
    let outlet = this.#outlets.get(port)
    if (outlet === undefined) this.#outlets.set(port, (outlet = new Outlet(this, port)))
    return outlet
  }

  /** Where answers that left the port `via` arrive. */
  replyInlet(via: Port): Inlet {
    let inlet = this.#replies.get(via)
    if (inlet === undefined)
      this.#replies.set(via, (inlet = this.#guarded((event) => (this.#node as Onramp).reply?.(event, via))))
    return inlet
  }

  /** Insights that reached an onramp. Linked offramps hear none: what they send on is an answer, not a cause. */
  hear(_port: Port, insight: Insight): void {
    if (this.#plan.kind === 'onramp') (this.#node as Onramp).hear?.(insight)
  }

  /** Nothing a ramp throws goes further than its door: the event's request is answered, the rest go on. */
  #guarded(take: (event: Event) => void): Inlet {
    let within = 0
    return {
      sources: [],
      accept: (event) => {
        if (within === mostWithin) return this.#loops(event)
        within++
        try {
          take(event)
        } catch (error) {
          this.#world.log.error({ node: this.#plan.address, err: error }, 'ramp failed on an event')
          event.flight?.fail('script_error', 'the engine failed on this event')
        } finally {
          within--
        }
      },
    }
  }

  /** Its failures are linked back to it, and it fails at once, again and again. */
  #loops(event: Event): void {
    const node = this.#plan.address
    this.#world.log.warn(
      { node, event_id: event.id.toString() },
      'an event goes round in a circle; it ends here',
    )
    event.payload.source?.cancel()
    event.flight?.fail('loop', 'the request goes round in a circle')
  }
}

/** Takes what a ramp emits to the outlet of its port, in the same call. */
class Leave extends Subscriber<At<Event>> {
  readonly #links: RampLinks
  /** Nearly everything leaves by this one. */
  readonly #out: Outlet
  constructor(links: RampLinks) {
    super()
    this.#links = links
    this.#out = links.outlet('out')
  }
  override next(at: At<Event>): void {
    const outlet = at[0] === 'out' ? this.#out : this.#links.outlet(at[0])
    outlet.deliver(at[1])
  }
}
