/** What the client saw beside what it may see. */
import { type Outcome, tie } from './outcome.ts'
import type { Client } from './server.ts'
import type { PlanSpec } from './spec.ts'

export interface Seen {
  readonly client: Client
  readonly outcomes: readonly Outcome[] | null
  readonly plan: PlanSpec
  readonly draining: boolean
  readonly eventId: string
  /** Upstreams that are sent to for good: not all calls to them are this request's. */
  readonly aside: ReadonlySet<string>
  /** A call is seen only when a part of its body comes: whether it was made may not have shown. */
  readonly lateHeads?: boolean
}

/** A call as an upstream saw it. */
export interface SeenCall {
  readonly request: { readonly host: string }
  readonly at: number
}

/** Null if all is as it may be, else what is wrong, in one line. */
export function differences(seen: Seen, calls: readonly SeenCall[], cutAt: number): string | null {
  const { client, outcomes, draining } = seen
  if (draining) return refusedByDrain(seen)
  if (client.got !== null) {
    const broken = wellFormed(seen)
    if (broken !== null) return broken
  }
  if (outcomes === null) return null
  if (outcomes.some((outcome) => fits(seen, outcome, calls, cutAt))) return null
  const may = [...new Set(outcomes.map(print))].join(' or ')
  return `${saw(client)}, calls ${countOf(calls)}; may be ${may}`
}

function refusedByDrain({ client, plan }: Seen): string | null {
  const status = plan.status.draining ?? 503
  if (client.got?.status === status && reasonOf(client) === 'draining') return null
  if (client.end === 'left' && client.spec.leavesAt === client.sentAt) return null
  return `${saw(client)}; while stopping it must be ${status} draining`
}

/** Answers of the engine's own have one form, and say whose they are. */
function wellFormed({ client, eventId, plan }: Seen): string | null {
  const { body, headers, status } = client.got!
  if (headers.some((text, i) => i % 2 === 0 && text.toLowerCase() === 'x-evil'))
    return 'a header was smuggled in'
  if (client.end === 'whole' && foreign(body, client.spec.marker))
    return `the answer is of a window it was not in: ${body}`
  const reason = reasonOf(client)
  if (reason === null || client.end !== 'whole') return null
  let said: { reason?: string; event_id?: string; error?: string }
  try {
    said = JSON.parse(body)
  } catch {
    if (plan.processors.post.includes('base64')) return null
    return `status ${status}, reason ${reason}, but the body is not JSON: ${body}`
  }
  if (said.reason !== undefined && said.reason !== reason)
    return `reason ${reason} in the head, ${said.reason} in the body`
  if (said.reason !== undefined && said.event_id !== undefined && said.event_id !== eventId)
    return `the answer is for event ${said.event_id}, not for ${eventId}`
  return null
}

/** An answer that is a window names the requests in it. */
function foreign(body: string, marker: number): boolean {
  if (!body.startsWith('{"window":')) return false
  const { of, parity } = JSON.parse(body)
  if (parity !== undefined && of.some((each: number) => each > 0 && each % 2 !== parity)) return true
  // What was made of several before it came there speaks for nobody in particular.
  return Array.isArray(of) && !of.includes(0) && !of.includes(marker)
}

function fits(
  { client, aside, lateHeads = false }: Seen,
  outcome: Outcome,
  calls: readonly SeenCall[],
  cutAt: number,
): boolean {
  if (!fitsAnswer(client, outcome, cutAt)) return false
  if (outcome.calls === null) return true
  const made = calls.filter(({ request }) => !aside.has(request.host))
  const may = new Map(
    [...outcome.calls].flatMap(([host, [least, most]]) =>
      aside.has(host) ? [] : [[host, [lateHeads ? 0 : least, most]] as const],
    ),
  )
  return fitsCalls(may, made)
}

function fitsAnswer(client: Client, outcome: Outcome, cutAt: number): boolean {
  const { got, end, endedAt, spec } = client
  if (outcome.kind !== 'answer') {
    if (got !== null) return false
    if (outcome.kind === 'left') return end === 'left' && within(endedAt, outcome)
    return end === 'cut' && Math.abs(endedAt - cutAt) < tie
  }
  if (
    got === null ||
    (outcome.status >= 0 && got.status !== outcome.status) ||
    reasonOf(client) !== outcome.reason
  )
    return false
  if (!within(got.at, outcome)) return false
  if (outcome.ours && end === 'whole' && !saysReason(got.body, outcome.reason)) return false
  if (end === 'left' && spec.leavesAt !== null && Math.abs(endedAt - spec.leavesAt) < tie) return true
  if (end === 'cut' && Math.abs(endedAt - cutAt) < tie) return true
  if (end !== outcome.end) return false
  return end !== 'whole' || outcome.body === null || outcome.body === got.body
}

function within(at: number, { from, to }: Outcome): boolean {
  return at >= from - tie && at <= to + tie
}

function saysReason(body: string, reason: string | null): boolean {
  try {
    return JSON.parse(body).reason === reason
  } catch {
    return false
  }
}

function fitsCalls(calls: NonNullable<Outcome['calls']>, made: readonly SeenCall[]): boolean {
  for (const [offramp, [least, most]] of calls) {
    const count = made.filter((call) => call.request.host === offramp).length
    if (count < least || count > most) return false
  }
  return made.every((call) => calls.has(call.request.host))
}

export function reasonOf({ got }: Client): string | null {
  const at = got?.headers.findIndex((text, i) => i % 2 === 0 && text === 'temblor-reason') ?? -1
  return at < 0 ? null : got!.headers[at + 1]!
}

function saw(client: Client): string {
  if (client.got === null) return `${client.end} at ${client.endedAt}`
  const { status, at, body } = client.got
  return `${status} ${reasonOf(client) ?? ''} ${client.end} at ${at} ${JSON.stringify(body.slice(0, 80))}`
}

function print(outcome: Outcome): string {
  const { kind, status, reason, end, from, to, body } = outcome
  const time = from === to ? `at ${from}` : `from ${from} to ${to}`
  const calls = [...(outcome.calls ?? [])].map(([id, [least, most]]) => `${id}*${least}-${most}`).join()
  if (kind !== 'answer') return `${kind} ${time} [${calls}]`
  return `${status} ${reason ?? ''} ${end} ${time} ${body === null ? '' : JSON.stringify(body.slice(0, 80))} [${calls}]`
}

function countOf(calls: readonly SeenCall[]): string {
  return calls.map((call) => `${call.request.host}@${call.at}`).join() || 'none'
}
