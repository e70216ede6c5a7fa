/**
 * The workers of one Temblor, seen as one engine: a configuration is taken by all of them or by none, one that ends is replaced, and what is
 * asked is asked of all.
 */
import { BadRequest, type Looking, type Purged, type PurgeOptions } from '../admin/api.ts'
import type { Plan } from '../binding/plan.ts'
import type { Reading } from '../binding/recorded-files.ts'
import type { Clock, Timer } from '../clock.ts'
import type { EngineStatus } from '../deploy/engine.ts'
import type { Log } from '../log.ts'
import { Doors } from './doors.ts'
import { countedOf, mergeMetrics, type Part } from './merge.ts'
import { BEAT_MS, type Questions, type Sharing, type ToParent, type WorkerStatus } from './messages.ts'
import { type Ended, Slot, wayOf } from './slot.ts'

export interface FleetOptions {
  readonly size: number
  readonly sharing: Sharing
  readonly clock: Clock
  readonly log: Log
  /** The texts that a plan was made of. */
  readonly readingOf: (plan: Plan) => Reading
}

export interface WorkerShown {
  readonly slot: Slot
  /** Absent: it does not say. */
  readonly status?: WorkerStatus | undefined
}

/** Who does not say what it was asked for within this time is left out. */
const ANSWER_MS = 2500
/** Beyond the grace time, for the last words. */
const FAREWELL_MS = 2000

export class Fleet {
  readonly slots: readonly Slot[]
  plan: Plan | null = null
  readonly #options: FleetOptions
  readonly #doors: Doors
  #revision = 0
  #stopping = false
  #ticking: Timer | null = null
  /** Counted by workers that are no more. */
  #departed = ''
  /** Configurations are taken, and workers replaced, one after the other. */
  #busy: Promise<unknown> = Promise.resolve()
  readonly #looking = new Map<number, { readonly port: string; readonly say: (line: string) => void }>()
  #nextLook = 1
  #whenGone: (() => void)[] = []

  constructor(options: FleetOptions) {
    this.#options = options
    this.#doors = new Doors(options.sharing)
    const hears = {
      said: (slot: Slot, message: Parameters<Fleet['heard']>[1]) => this.heard(slot, message),
      ended: (slot: Slot, how: Ended) => this.#ended(slot, how),
      revived: () => this.#doors.serveWaiting(),
    }
    this.slots = Array.from({ length: options.size }, (_, index) => new Slot(index + 1, hears))
  }

  status(): EngineStatus {
    return {
      revision: this.#revision,
      draining: this.#stopping,
      listens: this.slots.find(({ state }) => state === 'serving')?.listens ?? [],
      inFlight: this.slots.reduce((sum, { inFlight }) => sum + inFlight, 0),
    }
  }

  /** Every worker checks and builds it beside what serves; then all take it. Rejects, and none has, if one cannot. */
  apply(plan: Plan): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#stopping) throw new Error('Cannot apply a configuration: the workers are shutting down')
      if (this.plan === null) await this.#first(plan)
      else await this.#all(plan, this.#serving())
    })
  }

  /** All finish what is in flight, for at most `graceMs`, and end. True if all was finished. */
  async stop(graceMs: number): Promise<boolean> {
    this.#stopping = true
    this.#doors.close()
    this.#ticking?.cancel()
    const { clock } = this.#options
    const working = this.slots.filter(({ state }) => state !== 'gone')
    const cut = () => {
      for (const slot of working) slot.kill()
      return false
    }
    // Nobody waits for the last words of who is killed.
    if (graceMs === 0) return cut()
    const late = clock.after(graceMs + FAREWELL_MS, cut)
    const drained = await Promise.all(
      working.map((slot) =>
        slot.state === 'starting' ? (slot.kill(), true) : slot.ask('drain', { graceMs }).catch(() => false),
      ),
    )
    await this.#allGone()
    late.cancel()
    return drained.every(Boolean)
  }

  /** The metrics of all, and of those that are no more, after `own`, those of this process. */
  async metrics(own: string): Promise<string> {
    await this.#ask('metrics', null, (slot, text) => {
      slot.metrics = text
    })
    const parts: Part[] = this.slots
      .filter(({ metrics }) => metrics !== '')
      .map(({ number, metrics }) => ({ worker: String(number), text: metrics }))
    return mergeMetrics([{ worker: '0', text: own }, ...parts, { worker: '', text: this.#departed }])
  }

  async statusOfAll(): Promise<readonly WorkerShown[]> {
    const known = await this.#ask('status', null)
    return this.slots.map((slot) => ({ slot, status: known.get(slot) }))
  }

  /** Rejects with what one of them says: that there is no such thing to purge. */
  async purge(options: PurgeOptions): Promise<Purged> {
    return this.#inTurn(async () => {
      const caches = new Map<string, number>()
      const purge = async (slot: Slot) => {
        // Nobody is there, but what was kept on a disk may be.
        if (slot.state !== 'serving') return void slot.missedPurges.push(options)
        try {
          const told = await slot.ask('purge', options)
          for (const { offramp, purged } of told.caches)
            caches.set(offramp, (caches.get(offramp) ?? 0) + purged)
        } catch (error) {
          if (error instanceof BadRequest) throw error
          slot.missedPurges.push(options)
        }
      }
      await Promise.all(this.slots.map(purge))
      return {
        purged: [...caches.values()].reduce((sum, purged) => sum + purged, 0),
        caches: [...caches].map(([offramp, purged]) => ({ offramp, purged })),
      }
    })
  }

  /** Lines about what leaves this port, in whichever worker. */
  look(port: string, say: (line: string) => void): Looking {
    const id = this.#nextLook++
    this.#looking.set(id, { port, say })
    for (const slot of this.#serving()) slot.tell({ kind: 'look', id, port })
    return {
      stop: () => {
        this.#looking.delete(id)
        for (const slot of this.slots) slot.tell({ kind: 'lookAway', id })
      },
    }
  }

  heard(slot: Slot, message: Exclude<ToParent, { kind: 'answer' | 'failure' | 'beat' | 'ready' }>): void {
    switch (message.kind) {
      case 'open':
        return void this.#open(slot, message)
      case 'shut':
        return this.#doors.shut(message.door, slot)
      case 'took':
        return this.#doors.took(message.count, slot)
      case 'seen':
        return this.#looking.get(message.id)?.say(message.line)
    }
  }

  // ---- taking a configuration --------------------------------------------------------------------------------

  async #first(plan: Plan): Promise<void> {
    this.#tick()
    try {
      await Promise.all(this.slots.map((slot) => slot.start()))
      await Promise.all(this.slots.map((slot) => this.#begin(slot, plan)))
    } catch (error) {
      await this.#giveUp()
      throw error
    }
    this.plan = plan
    this.#revision++
    // One that was ready and ended before the last was.
    for (const slot of this.slots) if (slot.state === 'gone') void this.#replace(slot)
  }

  async #begin(slot: Slot, plan: Plan): Promise<void> {
    const { listens } = await slot.ask('begin', this.#options.readingOf(plan)).catch((error) => {
      throw error instanceof Error ? new Error(`Worker ${slot.number}: ${error.message}`) : error
    })
    await this.#serves(slot, listens)
  }

  /** Two steps: none takes before all can. */
  async #all(plan: Plan, slots: readonly Slot[]): Promise<void> {
    if (slots.length === 0) throw new Error('No worker serves at the moment: they are being replaced')
    const reading = this.#options.readingOf(plan)
    const prepared = await Promise.allSettled(slots.map((slot) => slot.ask('prepare', reading)))
    const failed = prepared.findIndex(({ status }) => status === 'rejected')
    if (failed !== -1) {
      await Promise.allSettled(slots.map((slot) => slot.ask('abandon', null)))
      const { reason } = prepared[failed] as PromiseRejectedResult
      throw new Error(`Worker ${slots[failed]!.number}: ${(reason as Error).message}`)
    }
    this.plan = plan
    this.#revision++
    await Promise.all(slots.map((slot) => this.#take(slot)))
  }

  /** From here on nothing can fail but the worker itself, and then it is replaced by one that takes the same. */
  async #take(slot: Slot): Promise<void> {
    try {
      const { listens } = await slot.ask('take', null)
      await this.#serves(slot, listens)
    } catch (err) {
      this.#options.log.error({ worker: slot.number, err }, 'A worker could not take the configuration')
      slot.kill()
    }
  }

  async #serves(slot: Slot, listens: readonly string[]): Promise<void> {
    slot.listens = listens
    for (const options of slot.missedPurges.splice(0)) await slot.ask('purge', options).catch(() => {})
    slot.served(this.#options.clock.now())
    this.#doors.serveWaiting()
  }

  async #giveUp(): Promise<void> {
    this.#stopping = true
    this.#ticking?.cancel()
    this.#doors.close()
    for (const slot of this.slots) slot.kill()
    await this.#allGone()
  }

  // ---- looking after them ------------------------------------------------------------------------------------

  #tick(): void {
    const { clock, log } = this.#options
    this.#ticking = clock.after(BEAT_MS, () => {
      for (const slot of this.slots) {
        if (slot.beats()) continue
        log.error(
          { worker: slot.number, worker_pid: slot.pid },
          'A worker does not answer any more: it is ended',
        )
        slot.kill()
      }
      this.#tick()
    })
  }

  #ended(slot: Slot, how: Ended): void {
    const { clock, log } = this.#options
    this.#doors.left(slot)
    this.#departed = countedOf(
      mergeMetrics([
        { worker: '', text: this.#departed },
        { worker: '', text: slot.metrics },
      ]),
    )
    slot.metrics = ''
    if (this.slots.every(({ state }) => state === 'gone'))
      for (const resolve of this.#whenGone.splice(0)) resolve()
    if (this.#stopping || this.plan === null) return
    const backOffMs = slot.backOffMs(clock.now())
    log.error(
      { worker: slot.number, worker_pid: how.pid, how: wayOf(how), again_in_ms: backOffMs },
      'A worker ended, another takes its place',
    )
    clock.after(backOffMs, () => void this.#replace(slot))
  }

  async #replace(slot: Slot): Promise<void> {
    if (this.#stopping) return
    const { log } = this.#options
    slot.restarts++
    try {
      await slot.start()
      await this.#inTurn(() => this.#begin(slot, this.plan!))
      for (const [id, { port }] of this.#looking) slot.tell({ kind: 'look', id, port })
      log.info({ worker: slot.number, worker_pid: slot.pid }, 'A worker serves in the place of another')
    } catch (err) {
      if (this.#stopping) return
      log.error({ worker: slot.number, err }, 'A worker could not begin')
      slot.kill()
    }
  }

  async #open(slot: Slot, { id, ...wish }: Extract<ToParent, { kind: 'open' }>): Promise<void> {
    try {
      const door = await this.#doors.open(wish, slot)
      slot.tell({ kind: 'opened', id, door })
    } catch (error) {
      const { message, code = null } = error as NodeJS.ErrnoException
      slot.tell({ kind: 'refused', id, message, code })
    }
  }

  // ---- asking ------------------------------------------------------------------------------------------------

  #serving(): readonly Slot[] {
    return this.slots.filter(({ state }) => state === 'serving')
  }

  /** What those say that serve and answer soon. */
  async #ask<K extends keyof Questions>(
    what: K,
    body: Questions[K][0],
    each: (slot: Slot, said: Questions[K][1]) => void = () => {},
  ): Promise<ReadonlyMap<Slot, Questions[K][1]>> {
    const { clock } = this.#options
    const said = new Map<Slot, Questions[K][1]>()
    const asked = this.#serving().map(async (slot) => {
      const answer = await slot.ask(what, body)
      said.set(slot, answer)
      each(slot, answer)
    })
    const late = Promise.withResolvers<void>()
    const timer = clock.after(ANSWER_MS, late.resolve)
    await Promise.race([Promise.allSettled(asked), late.promise])
    timer.cancel()
    return said
  }

  #inTurn<T>(what: () => Promise<T>): Promise<T> {
    const next = this.#busy.then(what)
    this.#busy = next.catch(() => {})
    return next
  }

  #allGone(): Promise<void> {
    if (this.slots.every(({ state }) => state === 'gone')) return Promise.resolve()
    return new Promise((resolve) => this.#whenGone.push(resolve))
  }
}
