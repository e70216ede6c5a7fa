/**
 * Runs a pattern in time linear in the text, paid by the run's allowance: all ways at once, in order of preference (Thompson 1968, with captures as in
 * Pike's sam; see Russ Cox, "Regular Expression Matching: the Virtual Machine Approach"). Slower than the native engine on
 * ordinary patterns by far, and never slow.
 */
import { spend } from '../work.ts'
import type { Regex } from './ast.ts'
import { type Leaf, leafOf } from './leaf.ts'

type Step =
  | { readonly op: 'take'; readonly leaf: Leaf }
  /** Two ways, the better first. */
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'if'; readonly holds: (text: string, at: number) => boolean }
  | { readonly op: 'match' }

/** What has been captured on a way: newest first, shared by the ways that part later. */
interface Saved {
  readonly slot: number
  readonly at: number
  readonly before: Saved | null
}

/** Patterns of more steps than these are refused: counted repetitions multiply. */
const MOST_STEPS = 20_000

/** Start and end of each group, -1 for one that took no part. */
export type Captures = Int32Array

export interface Machine {
  find(text: string, from: number): Captures | undefined
}

/** Undefined if the pattern has more steps than a machine may have, or looks around by more than a character. */
export function machineOf(root: Regex, groups: number): Machine | undefined {
  const steps: Step[] = []
  const fits = emit(root, { steps, anyCase: false })
  if (!fits) return undefined
  steps.push({ op: 'match' })
  return { find: (text, from) => run(steps, { text, from, groups }) }
}

interface Target {
  readonly steps: Step[]
  readonly anyCase: boolean
}

function emit(regex: Regex, target: Target): boolean {
  const { steps } = target
  if (steps.length > MOST_STEPS) return false
  switch (regex.kind) {
    case 'empty':
      return true
    case 'char':
    case 'set':
      steps.push({ op: 'take', leaf: leafOf(regex, target.anyCase) })
      return true
    case 'anyCase':
      return emit(regex.inner, { steps, anyCase: true })
    case 'sequence':
      return regex.parts.every((part) => emit(part, target))
    case 'group':
      return emitGroup(regex, target)
    case 'either':
      return emitEither(regex.options, target)
    case 'repeat':
      return emitRepeat(regex, target)
    case 'look':
      return emitLook(regex, target)
    default:
      steps.push({ op: 'if', holds: CONDITIONS[regex.kind] })
      return true
  }
}

function emitGroup({ inner, capture }: Regex & { readonly kind: 'group' }, target: Target): boolean {
  if (capture === undefined) return emit(inner, target)
  target.steps.push({ op: 'save', slot: capture * 2 })
  const fits = emit(inner, target)
  target.steps.push({ op: 'save', slot: capture * 2 + 1 })
  return fits
}

function emitEither(options: readonly Regex[], target: Target): boolean {
  const { steps } = target
  const ends: { to: number }[] = []
  for (const [index, option] of options.entries()) {
    if (index === options.length - 1) {
      if (!emit(option, target)) return false
      break
    }
    const split = { op: 'split' as const, first: steps.length + 1, second: 0 }
    steps.push(split)
    if (!emit(option, target)) return false
    const jump = { op: 'jump' as const, to: 0 }
    steps.push(jump)
    ends.push(jump)
    split.second = steps.length
  }
  for (const end of ends) end.to = steps.length
  return true
}

function emitRepeat(
  { inner, least, most, greedy }: Regex & { readonly kind: 'repeat' },
  target: Target,
): boolean {
  const { steps } = target
  for (let turn = 0; turn < least; turn++) if (!emit(inner, target)) return false
  if (most === Infinity) {
    const at = steps.length
    const split = { op: 'split' as const, first: 0, second: 0 }
    steps.push(split)
    if (!emit(inner, target)) return false
    steps.push({ op: 'jump', to: at })
    aim(split, { inside: at + 1, after: steps.length, greedy })
    return true
  }
  const splits: { first: number; second: number; inside: number }[] = []
  for (let turn = least; turn < most; turn++) {
    const split = { op: 'split' as const, first: 0, second: 0, inside: steps.length + 1 }
    steps.push(split)
    splits.push(split)
    if (!emit(inner, target)) return false
  }
  for (const split of splits) aim(split, { inside: split.inside, after: steps.length, greedy })
  return true
}

function aim(
  split: { first: number; second: number },
  { inside, after, greedy }: { inside: number; after: number; greedy: boolean },
): void {
  split.first = greedy ? inside : after
  split.second = greedy ? after : inside
}

/** Looking at one character is a condition like any other. */
function emitLook(look: Regex & { readonly kind: 'look' }, target: Target): boolean {
  let inner = look.inner
  while (inner.kind === 'group' && inner.capture === undefined) inner = inner.inner
  if (inner.kind !== 'char' && inner.kind !== 'set') return false
  const leaf = leafOf(inner, target.anyCase)
  const { behind, negated } = look
  const holds = (text: string, at: number) => {
    const code = behind ? codeBefore(text, at) : text.codePointAt(at)
    return (code !== undefined && leaf.takes(code)) !== negated
  }
  target.steps.push({ op: 'if', holds })
  return true
}

const WORD = leafOf(
  { kind: 'set', ascii: '', unicode: '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]' },
  false,
)

const CONDITIONS: Readonly<Record<string, (text: string, at: number) => boolean>> & {
  readonly [K in 'start' | 'end' | 'lineStart' | 'lineEnd' | 'boundary' | 'noBoundary']: (
    text: string,
    at: number,
  ) => boolean
} = {
  start: (_, at) => at === 0,
  end: (text, at) => at === text.length,
  lineStart: (text, at) => at === 0 || text[at - 1] === '\n',
  lineEnd: (text, at) => at === text.length || text[at] === '\n',
  boundary: isBoundary,
  noBoundary: (text, at) => !isBoundary(text, at),
}

function isBoundary(text: string, at: number): boolean {
  const before = codeBefore(text, at)
  const after = text.codePointAt(at)
  return (before !== undefined && WORD.takes(before)) !== (after !== undefined && WORD.takes(after))
}

function codeBefore(text: string, at: number): number | undefined {
  if (at === 0) return undefined
  const unit = text.charCodeAt(at - 1)
  return unit >= 0xdc00 && unit <= 0xdfff && at > 1 ? text.codePointAt(at - 2) : unit
}

/** The ways that are alive at a place, best first: indices of `take` and `match` steps. */
class Ways {
  readonly steps: Int32Array
  readonly saved: (Saved | null)[] = []
  /** The place at which each step was last added, so that no step is there twice. */
  readonly added: Int32Array
  length = 0

  constructor(count: number) {
    this.steps = new Int32Array(count)
    this.added = new Int32Array(count).fill(-1)
  }
}

function run(
  steps: readonly Step[],
  { text, from, groups }: { text: string; from: number; groups: number },
): Captures | undefined {
  let now = new Ways(steps.length)
  let next = new Ways(steps.length)
  let best: { saved: Saved | null; end: number } | undefined
  for (let at = from; ; ) {
    spend(now.length + 1)
    // A new way may begin here as long as none has arrived: the leftmost match wins.
    if (best === undefined) follow(steps, now, 0, { slot: 0, at, before: null }, text, at)
    const code = text.codePointAt(at)
    const width = code !== undefined && code > 0xffff ? 2 : 1
    for (let index = 0; index < now.length; index++) {
      const step = steps[now.steps[index]!]!
      const saved = now.saved[index]!
      if (step.op === 'match') {
        best = { saved, end: at }
        break
      }
      if (step.op === 'take' && code !== undefined && step.leaf.takes(code)) {
        follow(steps, next, now.steps[index]! + 1, saved, text, at + width)
      }
    }
    if (code === undefined) break
    at += width
    const empty = now
    empty.length = 0
    now = next
    next = empty
    if (now.length === 0 && best !== undefined) break
  }
  return best && captures(best, groups)
}

/** What is still to be followed: steps, and what was captured on the way to each. One walk at a time. */
const stack: number[] = []
const stackSaved: (Saved | null)[] = []

/** Adds all steps to `ways` that can be reached from one without taking a character, in order of preference. */
function follow(
  steps: readonly Step[],
  ways: Ways,
  first: number,
  saved: Saved | null,
  text: string,
  at: number,
): void {
  let depth = 0
  let count = 0
  let index = first
  let before = saved
  for (;;) {
    count += 1
    let next = -1
    if (ways.added[index] !== at) {
      ways.added[index] = at
      const it = steps[index]!
      switch (it.op) {
        case 'jump':
          next = it.to
          break
        case 'split':
          stack[depth] = it.second
          stackSaved[depth++] = before
          next = it.first
          break
        case 'save':
          before = { slot: it.slot, at, before }
          next = index + 1
          break
        case 'if':
          if (it.holds(text, at)) next = index + 1
          break
        default:
          ways.steps[ways.length] = index
          ways.saved[ways.length++] = before
      }
    }
    if (next >= 0) index = next
    else if (depth === 0) break
    else {
      index = stack[--depth]!
      before = stackSaved[depth]!
    }
  }
  spend(count)
}

function captures({ saved, end }: { saved: Saved | null; end: number }, groups: number): Captures {
  const slots = new Int32Array(groups * 2).fill(-1)
  for (let it = saved; it !== null; it = it.before) if (slots[it.slot] === -1) slots[it.slot] = it.at
  slots[1] = end
  return slots
}
