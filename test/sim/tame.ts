/** A world made fit for real sockets: without what has no counterpart there, or another one than in the world without them. */
import type { Behaviour, BodySpec, PlanSpec, RequestSpec, WorldSpec } from './spec.ts'

/**
 * Senders on a wire do not wait until somebody reads. So bodies come whole where calls wait in a line or for the answer of another
 * upstream, or else nobody waits.
 */
export function tamed(spec: WorldSpec): WorldSpec {
  const waiting = spec.seed % 3 === 0
  const requests = spec.requests.map(tameRequest)
  return {
    ...spec,
    plans: spec.plans.map((plan) => tamePlan(plan, waiting)),
    requests: waiting ? requests.map(whole) : requests,
  }
}

function tamePlan(plan: PlanSpec, waiting: boolean): PlanSpec {
  const inMemory = plan.pipelines.map((each) => ({
    ...each,
    nodes: each.nodes.map((node) => (node.kind === 'wal' ? { ...node, disk: false } : node)),
  }))
  const tame = { ...plan, port: 8080, pipelines: inMemory }
  if (waiting) return tame
  return {
    ...tame,
    offramps: plan.offramps.map((each) => ({ ...each, concurrency: 256, queue: 256 })),
    links: plan.links.filter((link) => {
      const [from, to] = link.split(' -> ') as [string, string]
      return !to.startsWith('/offramp') || from.startsWith('/onramp') || from.startsWith('/pipeline/q')
    }),
  }
}

function whole(request: RequestSpec): RequestSpec {
  const upstreams = Object.entries(request.upstreams).map(([id, each]) => {
    return [id, each.kind === 'answer' ? { ...each, body: wholeBody(each.body) } : each] as const
  })
  return { ...request, body: wholeBody(request.body), upstreams: Object.fromEntries(upstreams) }
}

function wholeBody(body: BodySpec): BodySpec {
  return { ...body, comes: 'whole' }
}

function tameRequest(request: RequestSpec): RequestSpec {
  const upstreams = Object.fromEntries(
    Object.entries(request.upstreams).map(([id, each]) => [id, tameBehaviour(each)]),
  )
  const { comes, gapMs, sized } = request.body
  // On a wire a client is known to have left whether or not somebody reads what it sends.
  const leavesAt = comes === 'leaves' ? request.at + gapMs * 1.5 : request.leavesAt
  const body: BodySpec = {
    ...request.body,
    sized: sized && comes !== 'breaks',
    comes: comes === 'leaves' ? 'slowly' : comes,
  }
  return { ...request, leavesAt, body, upstreams }
}

function tameBehaviour(behaviour: Behaviour): Behaviour {
  if (behaviour.kind === 'never') return behaviour
  // Nothing on a wire is answered within the call.
  const delayMs = behaviour.delayMs + 0.375
  if (behaviour.kind === 'fault')
    return { ...behaviour, delayMs, fault: behaviour.fault === 'bad_response' ? 'bad_response' : 'reset' }
  // An answer without content by its status would have none of what the body says.
  const status = behaviour.status === 204 ? 203 : behaviour.status
  return { ...behaviour, delayMs, status, body: tameBody(behaviour.body) }
}

function tameBody(body: BodySpec): BodySpec {
  return body.comes === 'leaves' ? { ...body, comes: 'breaks' } : body
}
