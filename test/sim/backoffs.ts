/**
 * What an onlooker knows of the back-offs of a plan: where every call to an upstream comes by the same one, the fate of the calls
 * says what it must let through. Written after the operator's documentation, not after its code.
 */
import { routesOf } from './routes.ts'
import { holds, type NodeSpec, nodesOf, type PlanSpec, type RequestSpec } from './spec.ts'

export type Known = 'open' | 'closed' | 'unknown'

/** How a call fared. */
export interface Told {
  readonly request: { readonly host: string }
  readonly at: number
  readonly state: string
  readonly status: number
  readonly fault: string | null
}

interface Watched {
  readonly key: string
  readonly host: string
  readonly spec: NodeSpec & { kind: 'backoff' }
  state: 'open' | 'off' | 'trying'
  step: number
  until: number
  /** When it last began to back off. */
  offAt: number
  probing: boolean
  /** Something happened of which an onlooker cannot tell what it means. */
  doubtful: boolean
}

export class Backoffs {
  readonly #watched: Watched[]
  readonly #reachable: boolean
  readonly #deadlineMs: number
  readonly #keeps: boolean

  /** `reachable`: a connection can always be made, at once; else every attempt is told to `probed`. */
  constructor(plan: PlanSpec, crowded: ReadonlySet<string>, reachable = false) {
    this.#reachable = reachable
    this.#deadlineMs = plan.deadlineMs
    this.#keeps = nodesOf(plan).some(holds)
    this.#watched = plan.linked ? watchable(plan).filter(({ host }) => !crowded.has(host)) : []
  }

  /** The head of an answer came, or a fault in its place. */
  heard(call: Told, now: number): void {
    for (const it of this.#watched) {
      if (it.host !== call.request.host) continue
      const slow = now - call.at > it.spec.timeoutMs
      const bad = call.state === 'failed' || call.status >= 500 || call.status === 429 || slow
      const cut = call.state === 'failed' && call.fault !== 'timeout' && call.fault !== 'bad_response'
      if (bad) this.#backOff(it, now, cut)
      else this.#open(it)
    }
  }

  probed(host: string, reached: boolean, now: number): void {
    for (const it of this.#watched) {
      if (it.host !== host) continue
      if (reached) this.#open(it)
      else this.#backOff(it, now, true)
    }
  }

  /**
   * A call was cut: because its client left, or because the time of the request ran out. That is a failure of the upstream if most
   * of the time was spent there, and the client had said all it had to say.
   */
  givenUp(call: Told, now: number, asked: { sentAt: number; spec: RequestSpec } | null): void {
    for (const it of this.#watched) {
      if (it.host !== call.request.host) continue
      if (asked === null) it.doubtful = true
      else if (now !== asked.sentAt + this.#deadlineMs || (now - call.at) * 2 < this.#deadlineMs) continue
      else if (this.#keeps || asked.spec.body.text !== '' || asked.spec.leavesAt === now) it.doubtful = true
      else this.#backOff(it, now, false)
    }
  }

  known(pipeline: string, node: string, now: number): Known {
    const it = this.#watched.find(({ key }) => key === `${pipeline} ${node}`)
    // What comes at the very moment of a failure may have been let through just before it.
    if (it === undefined || it.doubtful || now === it.until || now === it.offAt) return 'unknown'
    this.#passTime(it, now)
    if (it.state === 'open') return 'open'
    return it.state === 'off' || it.probing ? 'closed' : 'unknown'
  }

  #passTime(it: Watched, now: number): void {
    if (it.state !== 'off' || now < it.until) return
    it.state = 'trying'
    if (it.probing && this.#reachable) this.#open(it)
  }

  #backOff(it: Watched, now: number, probing: boolean): void {
    // At the very moment at which it tries again: nobody knows which of the two comes first.
    if (it.state === 'off' && now === it.until) it.doubtful = true
    this.#passTime(it, now)
    if (it.state === 'off') return
    it.step = Math.min(it.step + 1, it.spec.steps.length - 1)
    it.state = 'off'
    it.until = now + it.spec.steps[it.step]!
    it.offAt = now
    it.probing = probing
  }

  #open(it: Watched): void {
    it.state = 'open'
    it.step = -1
    it.until = -1
    it.probing = false
  }
}

/** Those that stand alone before an upstream: all that goes there comes by them, and what comes back is told at once. */
function watchable(plan: PlanSpec): Watched[] {
  const routes = routesOf(plan)
  const found: Watched[] = []
  for (const { id, nodes, links } of plan.pipelines) {
    for (const spec of nodes) {
      if (spec.kind !== 'backoff') continue
      const [end, ...more] = routes.within(id, `${spec.id}/out`)
      if (end === undefined || more.length > 0 || !end.startsWith('out/')) continue
      if (links.filter((link) => link.endsWith(` -> ${end}`)).length > 1) continue
      const [to, ...others] = routes.ends('pipeline', id, end.slice(4))
      if (to?.kind !== 'offramp' || others.length > 0) continue
      if (plan.links.filter((link) => link.endsWith(` -> /offramp/${to.id}/01/in`)).length > 1) continue
      const { linked, processors } = routes.offramp(to.id)
      if (!linked || processors.pre.length > 0) continue
      if (routes.demand('offramp', to.id, 'out') !== 'stream') continue
      // Another one above it is told of the same calls, but not of all that reach this one.
      found.push({
        key: `${id} ${spec.id}`,
        host: to.id,
        spec,
        state: 'open',
        step: -1,
        until: -1,
        offAt: -1,
        probing: false,
        doubtful: false,
      })
    }
  }
  return found
}
