/** The running engine: one generation that serves, perhaps an older one that still finishes what began in it. */
import type { EndPlan, Plan } from '../binding/plan.ts'
import type { Timer } from '../clock.ts'
import type { Event } from '../event.ts'
import type { Offramp } from '../ramp.ts'
import { Generation } from './generation.ts'
import type { See } from './tap.ts'
import type { World } from './world.ts'

/** Requests of a replaced configuration may take this long to finish; then they are let go of and end by their deadlines. */
const retireMs = 30_000
const tickMs = 100

export interface EngineStatus {
  readonly revision: number
  readonly draining: boolean
  readonly listens: readonly string[]
  readonly inFlight: number
}

interface Looking {
  readonly address: string
  readonly port: string
  readonly see: See
  stop: () => void
}

/** A configuration that stands beside the one that serves. Exactly one of the two is to be called. */
export interface Prepared {
  /** It serves from now on, in one step. Throws, and it is let go of, if the engine shuts down. */
  take(): void
  abandon(): void
}

export class Engine {
  readonly world: World
  #current: Generation | null = null
  #revision = 0
  #draining = false
  #ticking: Timer | null = null
  readonly #looking = new Set<Looking>()
  /** Replaced configurations that still finish what began in them. */
  readonly #retiring = new Map<Generation, Promise<void>>()
  /** The oldest are let go of first: a younger one may share parts with them. */
  #turn: Promise<unknown> = Promise.resolve()
  /** Configurations are applied one after the other. */
  #busy: Promise<unknown> = Promise.resolve()

  constructor(world: World) {
    this.world = world
  }

  get plan(): Plan | null {
    return this.#current?.plan ?? null
  }

  status(): EngineStatus {
    const onramps = [...(this.#current?.onramps.values() ?? [])]
    return {
      revision: this.#revision,
      draining: this.#draining,
      listens: onramps.map(({ node }) => node.listens ?? '').filter((listens) => listens !== ''),
      inFlight: this.#current?.flights ?? 0,
    }
  }

  /**
   * Shows `see` what leaves a port, `/offramp/shop/01/out`, until the returned function is called; also what leaves it after a reload, if it is
   * there then. Undefined if there is no such port that leads anywhere.
   */
  tap(port: string, see: See): (() => void) | undefined {
    const cut = port.lastIndexOf('/')
    const looking: Looking = { address: port.slice(0, cut), port: port.slice(cut + 1), see, stop: () => {} }
    const stop = this.#current?.tap(looking.address, looking.port, see)
    if (stop === undefined) return undefined
    looking.stop = stop
    this.#looking.add(looking)
    return () => {
      looking.stop()
      this.#looking.delete(looking)
    }
  }

  #lookAgain(next: Generation): void {
    for (const looking of this.#looking) {
      looking.stop()
      looking.stop = next.tap(looking.address, looking.port, looking.see) ?? (() => {})
    }
  }

  /** The offramps of what runs, by address. */
  offramps(): readonly (readonly [address: string, node: Offramp])[] {
    return [...(this.#current?.offramps ?? [])].map(([address, { node }]) => [address, node])
  }

  /** Puts an event into a port of what runs, or lets it leave by one. */
  put(end: EndPlan, event: Event): void {
    this.#current?.put(end, event)
  }

  /** Builds the plan beside what runs, swaps in one step, and lets the old go. Rejects and changes nothing if a part cannot start. */
  async apply(plan: Plan): Promise<void> {
    const prepared = await this.prepare(plan)
    prepared.take()
  }

  /** The first half of `apply`, for whoever asks others in between. What is to be applied next waits until this is decided. */
  prepare(plan: Plan): Promise<Prepared> {
    const decided = Promise.withResolvers<void>()
    const prepared = this.#busy.then(() => this.#prepare(plan, decided.resolve))
    this.#busy = prepared.then(
      () => decided.promise,
      () => {},
    )
    return prepared
  }

  /** Refuses new requests, finishes those in flight for at most `graceMs`, then lets everything go. True if all were finished. */
  async stop(graceMs: number): Promise<boolean> {
    this.#draining = true
    const current = this.#current
    if (current === null) return true
    current.signalAll('drain')
    const finished = Promise.all([current.drain(), ...this.#retiring.values()])
    const whole = await within(this.world.clock.after.bind(this.world.clock), graceMs, finished)
    const generations = [current, ...this.#retiring.keys()]
    const cut = generations.reduce((sum, { flights }) => sum + flights, 0)
    if (cut > 0) this.world.log.warn({ cut, graceMs }, 'Requests in flight are cut')
    this.#ticking?.cancel()
    current.signalAll('stop')
    for (const generation of generations) generation.close()
    this.#current = null
    return whole
  }

  async #prepare(plan: Plan, decided: () => void): Promise<Prepared> {
    this.#refuseIfDraining()
    const next = new Generation(plan, this.world)
    await next.build(this.#current)
    return {
      take: () => {
        decided()
        if (this.#draining) next.abandon()
        this.#refuseIfDraining()
        this.#take(next)
      },
      abandon: () => {
        decided()
        next.abandon()
      },
    }
  }

  #take(next: Generation): void {
    const before = this.#current
    next.take()
    this.#current = next
    this.#lookAgain(next)
    this.#revision++
    next.signalAll('start')
    if (this.#ticking === null) this.#tick()
    if (before !== null) this.#retiring.set(before, this.#retire(before, next))
  }

  #refuseIfDraining(): void {
    if (this.#draining) throw new Error('Cannot apply a configuration: the engine is shutting down')
  }

  async #retire(before: Generation, after: Generation): Promise<void> {
    before.closeDoors(after)
    // What only waits for more events to come leaves now: none will come here.
    before.signalOwn('drain', after)
    const quiet = within(this.world.clock.after.bind(this.world.clock), retireMs, before.quiet())
    this.#turn = Promise.all([this.#turn, quiet])
    await this.#turn
    await before.retire(after)
    this.#retiring.delete(before)
  }

  #tick(): void {
    this.#ticking = this.world.clock.after(tickMs, () => {
      for (const generation of this.#retiring.keys()) generation.signalOwn('tick', this.#current)
      this.#current?.signalAll('tick')
      this.#tick()
    })
  }
}

/** Whether the promise was kept in time. */
function within(after: World['clock']['after'], ms: number, promise: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = after(ms, () => resolve(false))
    void promise.then(() => {
      timer.cancel()
      resolve(true)
    })
  })
}
