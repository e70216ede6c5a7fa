/** The running engine: one generation that serves, perhaps an older one that still finishes what began in it. */
import type { EndPlan, Plan } from '../binding/plan.ts'
import type { Timer } from '../clock.ts'
import type { Event } from '../event.ts'
import { Generation } from './generation.ts'
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

export class Engine {
  readonly world: World
  #current: Generation | null = null
  #revision = 0
  #draining = false
  #ticking: Timer | null = null
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

  /** Puts an event into a port of what runs, or lets it leave by one. */
  put(end: EndPlan, event: Event): void {
    this.#current?.put(end, event)
  }

  /** Builds the plan beside what runs, swaps in one step, and lets the old go. Rejects and changes nothing if a part cannot start. */
  apply(plan: Plan): Promise<void> {
    const applied = this.#busy.then(() => this.#apply(plan))
    this.#busy = applied.catch(() => {})
    return applied
  }

  /** Refuses new requests, finishes those in flight for at most `graceMs`, then lets everything go. True if all were finished. */
  async stop(graceMs: number): Promise<boolean> {
    this.#draining = true
    const current = this.#current
    if (current === null) return true
    current.signalAll('drain')
    const finished = Promise.all([current.drain(), ...this.#retiring.values()])
    const whole = await within(this.world.clock.after.bind(this.world.clock), graceMs, finished)
    this.#ticking?.cancel()
    current.signalAll('stop')
    for (const generation of [current, ...this.#retiring.keys()]) generation.close()
    this.#current = null
    return whole
  }

  async #apply(plan: Plan): Promise<void> {
    this.#refuseIfDraining()
    const before = this.#current
    const next = new Generation(plan, this.world)
    await next.build(before)
    if (this.#draining) next.abandon()
    this.#refuseIfDraining()
    next.take()
    this.#current = next
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
    const quiet = within(this.world.clock.after.bind(this.world.clock), retireMs, before.quiet())
    this.#turn = Promise.all([this.#turn, quiet])
    await this.#turn
    await before.retire(after)
    this.#retiring.delete(before)
  }

  #tick(): void {
    this.#ticking = this.world.clock.after(tickMs, () => {
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
