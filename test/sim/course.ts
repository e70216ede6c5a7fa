/** The course of one request: what is under way, when it comes to something, and what of all that is the answer. */
import { type Reason, reasons } from '#engine/reason.ts'
import { type Outcome, type Said, tie } from './outcome.ts'

interface Terminal {
  readonly outcome: Said
  readonly from: number
  readonly to: number
  readonly cascade: number
}

interface Task {
  readonly from: number
  readonly to: number
  readonly go: () => void
}

export class Course {
  /** Now, at the earliest and at the latest. */
  from: number
  to: number
  /** What happens without time in between is one cascade; the first, 0, is that of the request's arrival. */
  cascade = 0
  #tasks: Task[] = []
  #terminals: Terminal[] = []
  #notes: {
    readonly reason: Reason
    readonly from: number
    readonly to: number
    readonly cascade: number
  }[] = []
  #calls: { readonly offramp: string; readonly from: number; readonly to: number }[] = []
  #answers = 0
  /** When the last thing under way came to its end, at the earliest and at the latest. */
  #lastFrom: number
  #lastTo: number

  constructor(at: number) {
    this.from = this.to = this.#lastFrom = this.#lastTo = at
  }

  /** Runs to the end. `ours` makes the answer of the engine's own, for when nothing was one. */
  run(ours: (reason: Reason) => Said): readonly Outcome[] {
    while (this.#tasks.length > 0) {
      const task = this.#takeFirst()
      if (task.from > this.#settledBy() + tie) return this.#resolve()
      this.from = task.from
      this.to = task.to
      this.#lastFrom = Math.max(this.#lastFrom, task.from)
      this.#lastTo = Math.max(this.#lastTo, task.to)
      this.cascade++
      task.go()
    }
    if (this.#answers === 0) this.#nothingCame(ours)
    return this.#resolve()
  }

  /** After a while, counted from now; never, if that is infinite: then something holds the request for good. */
  later(ms: number, then: () => void): void {
    if (ms === 0) return then()
    this.#tasks.push({ from: this.from + ms, to: this.to + ms, go: then })
  }

  /** At some time within `ms`; perhaps never, if that is infinite. */
  within(ms: number, then: () => void): void {
    this.#tasks.push({ from: this.from, to: this.to + ms, go: then })
  }

  /** It will end so then, if not before: a deadline, a client that leaves. */
  endsAt(at: number, outcome: Said): void {
    this.#terminals.push({ outcome, from: at, to: at, cascade: -1 - this.#terminals.length })
  }

  /** It ends so now. */
  ends(outcome: Said): void {
    this.#answers++
    this.#terminals.push({ outcome, from: this.from, to: this.to, cascade: this.cascade })
  }

  /** It has certainly ended. */
  get isOver(): boolean {
    return (
      this.#settledBy() < this.from - tie || this.#terminals.some(({ cascade }) => cascade === this.cascade)
    )
  }

  note(reason: Reason): void {
    this.#notes.push({ reason, from: this.from, to: this.to, cascade: this.cascade })
  }

  call(offramp: string): void {
    this.#calls.push({ offramp, from: this.from, to: this.to })
  }

  #takeFirst(): Task {
    let first = 0
    for (let i = 1; i < this.#tasks.length; i++)
      if (this.#tasks[i]!.from < this.#tasks[first]!.from) first = i
    return this.#tasks.splice(first, 1)[0]!
  }

  #settledBy(): number {
    return this.#terminals.reduce((earliest, { to }) => Math.min(earliest, to), Infinity)
  }

  /** Whatever may come first has won. Of one cascade, only its first. */
  #resolve(): Outcome[] {
    const until = this.#settledBy() + tie
    const seen = new Set<number>()
    const outcomes: Outcome[] = []
    for (const { outcome, from, to, cascade } of this.#terminals) {
      if (from > until || seen.has(cascade)) continue
      seen.add(cascade)
      const last = Math.min(to, until)
      outcomes.push({ ...outcome, from, to: last, calls: this.#callsUntil(from, last) })
    }
    return outcomes
  }

  #callsUntil(from: number, to: number): Outcome['calls'] {
    const calls = new Map<string, [number, number]>()
    for (const call of this.#calls) {
      const count = calls.get(call.offramp) ?? [0, 0]
      if (call.to < from - tie) count[0]++
      if (call.from <= to + tie) count[1]++
      calls.set(call.offramp, count)
    }
    return calls
  }

  /** Everything came to its end and nothing was an answer: the gravest reason is, the first noted of several. */
  #nothingCame(ours: (reason: Reason) => Said): void {
    const rank = Math.max(...this.#notes.map(({ reason }) => reasons[reason].rank))
    const gravest = this.#notes.filter(({ reason }) => reasons[reason].rank === rank)
    const first = Math.min(...gravest.map(({ to }) => to))
    const seen = new Set<Reason>()
    this.from = this.#lastFrom
    this.to = this.#lastTo
    for (const { reason, from } of gravest) {
      if (from > first + tie || seen.has(reason)) continue
      seen.add(reason)
      this.ends(ours(reason))
      this.cascade++
    }
    if (gravest.length === 0) this.ends(ours('dropped'))
  }
}
