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
  if (outcomes.some((outcome) => fits(client, outcome, calls, cutAt))) return null
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
function wellFormed({ client, eventId }: Seen): string | null {
  const { body, headers, status } = client.got!
  if (headers.some((text, i) => i % 2 === 0 && text.toLowerCase() === 'x-evil'))
    return 'a header was smuggled in'
  const reason = reasonOf(client)
  if (reason === null || client.end !== 'whole') return null
  let said: { reason?: string; event_id?: string; error?: string }
  try {
    said = JSON.parse(body)
  } catch {
    return `status ${status}, reason ${reason}, but the body is not JSON: ${body}`
  }
  if (said.reason !== undefined && said.reason !== reason)
    return `reason ${reason} in the head, ${said.reason} in the body`
  if (said.reason !== undefined && said.event_id !== undefined && said.event_id !== eventId)
    return `the answer is for event ${said.event_id}, not for ${eventId}`
  return null
}

function fits(client: Client, outcome: Outcome, calls: readonly SeenCall[], cutAt: number): boolean {
  return fitsAnswer(client, outcome, cutAt) && (outcome.calls === null || fitsCalls(outcome.calls, calls))
}

function fitsAnswer(client: Client, outcome: Outcome, cutAt: number): boolean {
  const { got, end, endedAt, spec } = client
  if (outcome.kind !== 'answer') {
    if (got !== null) return false
    if (outcome.kind === 'left') return end === 'left' && within(endedAt, outcome)
    return end === 'cut' && Math.abs(endedAt - cutAt) < tie
  }
  if (got === null || got.status !== outcome.status || reasonOf(client) !== outcome.reason) return false
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
