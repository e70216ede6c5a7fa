/** Whether a failed attempt is followed by another, and why. Pure, so that the table of it can be printed. */
import type { HttpFault } from '../transport.ts'

/** RFC 9110 9.2.2, and QUERY. */
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY'])

export function isIdempotent(method: string): boolean {
  return idempotent.has(method)
}

export type Failure = 'unreachable' | 'reset' | 'timeout' | 'bad_response' | 'status' | 'ours'

export const decisions = {
  retried: 'it goes out again',
  hedged: 'a second upstream is asked because the first is slow',
  unasked: '`on` does not name this failure',
  last: 'it was the last of `attempts`',
  unsafe: 'its bytes may have been seen, and its method is not idempotent',
  body_gone: 'its body was sent in part and is not held',
  budget: 'the budget is spent',
} as const

export type Decision = keyof typeof decisions

export interface Situation {
  readonly failure: Failure
  /** Of an answer, if that is the failure. */
  readonly status: number
  /** The upstream may have seen bytes of it. */
  readonly seen: boolean
  readonly idempotent: boolean
  /** There is no body, or it can be sent from its beginning. */
  readonly bodyHeld: boolean
  /** Including the one that failed. */
  readonly attempts: number
}

export interface RetryRules {
  readonly attempts: number
  /** `unreachable`, `reset`, `timeout`, `bad_response` */
  readonly on: ReadonlySet<string>
  readonly statuses: ReadonlySet<number>
}

/** All but the budget, which is asked last because asking spends. */
export function decide(situation: Situation, rules: RetryRules): Decision {
  const { failure, status, seen, bodyHeld, attempts } = situation
  const asked = failure === 'status' ? rules.statuses.has(status) : rules.on.has(failure)
  if (!asked) return 'unasked'
  if (seen && !situation.idempotent) return 'unsafe'
  if (!bodyHeld) return 'body_gone'
  if (attempts >= rules.attempts) return 'last'
  return 'retried'
}

export function failureOf(fault: HttpFault): Failure {
  switch (fault.kind) {
    case 'dns':
    case 'connect':
    case 'tls':
      return 'unreachable'
    case 'timeout':
      return fault.phase === 'connect' || fault.phase === 'resolve' ? 'unreachable' : 'timeout'
    case 'bad_response':
    case 'body_too_large':
      return 'bad_response'
    case 'reset':
    case 'closed':
      return 'reset'
    default:
      return 'ours'
  }
}

/** In doubt, yes. */
export function maySee(fault: HttpFault): boolean {
  return fault.sent !== false && failureOf(fault) !== 'unreachable'
}
