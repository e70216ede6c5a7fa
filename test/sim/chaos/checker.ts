/** Whether what was written down keeps the promises I1 to I5. Every entry is looked at once. */
import type { Asked, Attempt, Behaviour, Log } from './log.ts'

export interface Violation {
  readonly rule: string
  readonly what: string
}

export interface Verdict {
  readonly violations: readonly Violation[]
  readonly counts: ReadonlyMap<string, number>
}

/** A machine that does much else may be this late. */
const slackMs = 2000
/** So close to a break on the way to an upstream a request may have been part of it. */
const nearMs = 100

/** Marks what only a smuggled request would carry. */
export const poison = 'poison'

export function judge(log: Log): Verdict {
  const violations: Violation[] = log.broken.map((what) => ({ rule: 'wire', what }))
  const counts = new Map<string, number>()
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1)
  const harms = [...log.harms].sort((a, b) => a - b)
  const attempts = byMarker(log.attempts)
  const known = new Set<string>()
  const broken = (rule: string, { marker, method, behaviour }: Asked, what: string) =>
    violations.push({ rule, what: `${method} ${behaviour} ${marker}: ${what}` })

  for (const asked of log.asked) {
    if (known.has(asked.marker)) broken('log', asked, 'is in the log twice')
    known.add(asked.marker)
    const made = attempts.get(asked.marker) ?? []
    count(endOf(asked))
    if (asked.answer?.reason) count(`reason: ${asked.answer.reason}`)
    if (made.length > 1) count('made again')
    for (const [rule, what] of wrongs(asked, made, log)) broken(rule, asked, what)
    if (!asked.excused && asked.end !== 'left' && asked.end !== 'never taken')
      for (const what of surprises(asked, isNear(harms, asked), log)) broken('oracle', asked, what)
  }
  for (const { marker } of log.attempts) {
    if (marker.startsWith(poison))
      violations.push({ rule: 'I3', what: `a smuggled request arrived: ${marker}` })
    else if (!known.has(marker)) violations.push({ rule: 'I3', what: `nobody asked for ${marker}` })
  }
  return { violations, counts }
}

/** What may never be, whatever broke. */
function* wrongs(asked: Asked, made: readonly Attempt[], log: Log): Generator<[rule: string, what: string]> {
  const { answer, end, endedAt, sentAt, excused, marker, method } = asked
  if (end === null) yield ['I2', 'has no end']
  if (!excused && end !== 'left' && answer === null && end !== 'never taken') {
    const late = endedAt - sentAt - log.deadlineMs
    if (late > slackMs) yield ['I2', `nothing came for ${Math.round(endedAt - sentAt)} ms`]
  }
  if (answer !== null) {
    if (answer.marker !== null && answer.marker !== marker) yield ['I3', `was answered with ${answer.marker}`]
    if (answer.body.includes(poison)) yield ['I3', 'was answered with what was smuggled']
    const [there, back] = (answer.generations ?? 'none none').split(' ')
    if (there !== back) yield ['I8', `was in two configurations: ${answer.generations}`]
    if (end === 'whole' && answer.marker !== null && !made.some(({ said }) => said === answer.body))
      yield ['I4', `${answer.body.length} octets seem whole, and no upstream meant them so`]
  }
  if (made.length > (method === 'POST' ? 1 : 2)) yield ['I5', `arrived ${made.length} times`]
}

/** What may not be unless something on the way broke. */
function* surprises(
  { answer, end, behaviour, sentAt, endedAt }: Asked,
  near: boolean,
  log: Log,
): Generator<string> {
  const draining = endedAt >= log.stoppedAt - nearMs
  if (answer === null) {
    // A connection that is reset takes with it what its client has not read yet, the head of an answer as well.
    if (!draining && !near && behaviour !== 'part')
      yield `ended without an answer after ${Math.round(endedAt - sentAt)} ms`
    return
  }
  const { status, reason } = answer
  if (status === 503 && reason === 'draining' && draining) return
  const may = expected[behaviour]
  const says = `${status} ${reason ?? ''}, ${end}`
  if (near || draining) {
    if (![200, 500, 502, 503, 504].includes(status)) yield `was answered ${says}`
  } else if (status !== may.status || reason !== may.reason || (end === 'cut') !== may.cut)
    yield `was answered ${says}; expected ${may.status} ${may.reason ?? ''}`
}

const expected: Readonly<Record<Behaviour, { status: number; reason: string | null; cut: boolean }>> = {
  ok: { status: 200, reason: null, cut: false },
  chunked: { status: 200, reason: null, cut: false },
  slow: { status: 200, reason: null, cut: false },
  error: { status: 500, reason: null, cut: false },
  never: { status: 504, reason: 'upstream_timeout', cut: false },
  reset: { status: 502, reason: 'upstream_reset', cut: false },
  part: { status: 200, reason: null, cut: true },
  bad: { status: 502, reason: 'bad_upstream_response', cut: false },
}

function endOf({ answer, end, excused }: Asked): string {
  return `${answer === null ? 'unanswered' : answer.status}, ${end}${excused ? ', excused' : ''}`
}

function byMarker(attempts: readonly Attempt[]): Map<string, Attempt[]> {
  const all = new Map<string, Attempt[]>()
  for (const each of attempts) {
    const known = all.get(each.marker)
    if (known === undefined) all.set(each.marker, [each])
    else known.push(each)
  }
  return all
}

/** Whether something broke while the request was under way. */
function isNear(harms: readonly number[], { sentAt, endedAt }: Asked): boolean {
  let from = 0
  let to = harms.length
  while (from < to) {
    const middle = (from + to) >> 1
    if (harms[middle]! < sentAt - nearMs) from = middle + 1
    else to = middle
  }
  return from < harms.length && harms[from]! <= endedAt + nearMs
}
