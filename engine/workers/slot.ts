/** The place of one worker: the process that works there, what it was asked and has not answered, how it is doing. */
import { type ChildProcess, fork } from 'node:child_process'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { BadRequest, type PurgeOptions } from '../admin/api.ts'
import { home } from '../home.ts'
import type { Taker } from './doors.ts'
import {
  MOST_MISSED,
  MOST_MISSED_BUILDING,
  type Questions,
  type ToParent,
  type ToWorker,
} from './messages.ts'

/** Whoever has been served for so long is not in trouble. */
const SETTLED_MS = 10_000
const FIRST_DELAY_MS = 100
const MOST_DELAY_MS = 5000

export interface Ended {
  readonly pid: number | undefined
  readonly code: number | null
  readonly signal: string | null
}

export interface Hears {
  /** Everything but answers and beats. */
  said(slot: Slot, message: Exclude<ToParent, { kind: 'answer' | 'failure' | 'beat' | 'ready' }>): void
  ended(slot: Slot, how: Ended): void
  /** It answers again. */
  revived(): void
}

interface Asked {
  resolve(body: never): void
  reject(error: Error): void
}

export class Slot implements Taker {
  readonly number: number
  state: 'starting' | 'serving' | 'gone' = 'gone'
  restarts = 0
  inFlight = 0
  listens: readonly string[] = []
  /** As it last said. */
  metrics = ''
  /** What was to be forgotten while nobody was here. */
  readonly missedPurges: PurgeOptions[] = []
  readonly #hears: Hears
  #child: ChildProcess | null = null
  #asked = new Map<number, Asked>()
  #nextId = 1
  #missed = 0
  #failures = 0
  #servingSince = 0
  #building = 0

  constructor(number: number, hears: Hears) {
    this.number = number
    this.#hears = hears
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  get takes(): boolean {
    return this.state === 'serving' && this.#missed <= 2
  }

  /** Resolves when it can be told what to run; rejects if it ends before. */
  start(): Promise<void> {
    this.state = 'starting'
    this.#missed = 0
    this.inFlight = 0
    const child = fork(join(home, 'bin', 'temblor.js'), process.argv.slice(2), {
      env: { ...process.env, TEMBLOR_WORKER: String(this.number) },
    })
    this.#child = child
    const ready = Promise.withResolvers<void>()
    child.on('message', (message: ToParent) => this.#heard(message, ready.resolve))
    child.on('error', () => {})
    child.on('exit', (code, signal) => {
      const ended = { pid: child.pid, code, signal }
      const error = new Error(`Worker ${this.number} ended (${wayOf(ended)})`)
      this.state = 'gone'
      this.#child = null
      this.inFlight = 0
      this.#building = 0
      ready.reject(error)
      for (const asked of this.#asked.values()) asked.reject(error)
      this.#asked.clear()
      this.#hears.ended(this, ended)
    })
    return ready.promise
  }

  served(nowMs: number): void {
    this.state = 'serving'
    this.#servingSince = nowMs
  }

  /** How long to wait before it is started anew: longer each time it does not last. */
  backOffMs(nowMs: number): number {
    if (this.#servingSince > 0 && nowMs - this.#servingSince > SETTLED_MS) this.#failures = 0
    this.#servingSince = 0
    return Math.min(MOST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#failures++)
  }

  async ask<K extends keyof Questions>(what: K, body: Questions[K][0]): Promise<Questions[K][1]> {
    if (this.#child === null) throw new Error(`Worker ${this.number} is gone`)
    const id = this.#nextId++
    const { promise, ...asked } = Promise.withResolvers<Questions[K][1]>()
    this.#asked.set(id, asked as Asked)
    const isLong = what === 'prepare' || what === 'take'
    if (isLong) this.#building++
    this.tell({ kind: 'ask', id, what, body })
    return promise.finally(() => {
      if (isLong) this.#building = Math.max(0, this.#building - 1)
      this.#missed = 0
    })
  }

  tell(message: ToWorker): void {
    if (this.#child?.connected) this.#child.send(message, () => {})
  }

  /** The connection stays open here until the worker has said that it has it. */
  send(message: ToWorker, connection: Socket): void {
    if (this.#child?.connected) this.#child.send(message, connection, { keepOpen: true }, () => {})
  }

  /** To be called as often as it is to beat. False if it has hung for too long. */
  beats(): boolean {
    if (this.#child === null) return true
    const most = this.state === 'starting' || this.#building > 0 ? MOST_MISSED_BUILDING : MOST_MISSED
    return ++this.#missed <= most
  }

  kill(): void {
    this.#child?.kill('SIGKILL')
  }

  #heard(message: ToParent, ready: () => void): void {
    switch (message.kind) {
      case 'ready':
        return ready()
      case 'beat': {
        const hung = this.#missed > 2
        this.#missed = 0
        this.inFlight = message.inFlight
        return hung ? this.#hears.revived() : undefined
      }
      case 'answer':
        this.#asked.get(message.id)?.resolve(message.body as never)
        return void this.#asked.delete(message.id)
      case 'failure': {
        const error = message.isBadRequest ? new BadRequest(message.message) : new Error(message.message)
        this.#asked.get(message.id)?.reject(error)
        return void this.#asked.delete(message.id)
      }
      default:
        this.#hears.said(this, message)
    }
  }
}

/** `signal SIGKILL`, `code 1`. */
export function wayOf({ code, signal }: Ended): string {
  return signal === null ? `code ${code}` : `signal ${signal}`
}
