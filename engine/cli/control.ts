/** What the admin server asks and tells: the service and its engine, seen through `Control`. */
import type { Bundle, Control, Purged, PurgeOptions } from '../admin/api.ts'
import { BadRequest } from '../admin/api.ts'
import { eventText } from '../admin/event-text.ts'
import type { Plan } from '../binding/plan.ts'
import { recording } from '../binding/recorded-files.ts'
import { check } from '../check.ts'
import type { Clock } from '../clock.ts'
import type { Engine } from '../deploy/engine.ts'
import { version } from '../home.ts'
import { filesOf } from './bundle.ts'
import { countOf, prettyFindings } from './findings.ts'
import type { Loaded, Service } from './service.ts'

interface Upstream {
  readonly state: string
}

interface OfframpStatus {
  readonly upstreams?: readonly Upstream[]
}

export interface OfframpShown extends OfframpStatus {
  readonly address: string
  readonly state: string
}

export function controlOf(
  service: Service,
  { engine, clock, instance }: { readonly engine: Engine; readonly clock: Clock; readonly instance: string },
): Control {
  const about = introduction(service, { clock, instance })
  return {
    ...changesOf(service, load),
    status() {
      const { draining, inFlight, ...rest } = engine.status()
      const offramps = offrampStates(engine)
      return {
        ...about(rest),
        state: draining ? 'draining' : worst(offramps.map(({ state }) => state)),
        in_flight: inFlight,
        offramps,
      } as never
    },
    purge: (options) => purge(engine, options),
    look(port, say) {
      const stop = engine.tap(port, (event) =>
        say(eventText(port, event, Number(clock.wallNs() / 1_000_000n))),
      )
      if (stop !== undefined) return { stop }
      throw nothingLeavesBy(port, portsOf(engine.plan))
    },
  }
}

/** What is said of every service, however many processes it is. */
export function introduction(
  service: Service,
  { clock, instance }: { readonly clock: Clock; readonly instance: string },
) {
  const startedMs = clock.now()
  return ({ revision, listens }: { readonly revision: number; readonly listens: readonly string[] }) => {
    const { hash = '', at = '' } = service.revisions()[0] ?? {}
    return {
      schema: 1,
      version,
      instance,
      pid: process.pid,
      uptime_s: Math.floor((clock.now() - startedMs) / 1000),
      revision,
      hash,
      applied_at: at,
      listens,
    }
  }
}

/** The changes that may be asked for; `loading` checks what is sent along. */
export function changesOf(
  service: Service,
  loading: (bundle: Bundle) => Promise<Loaded>,
): Pick<Control, 'revisions' | 'change' | 'rollback'> {
  return {
    revisions: () => service.revisions(),
    change: ({ bundle, expected, dry }) =>
      service.change({
        why: bundle === undefined ? 'told by the admin to read the files again' : 'sent to the admin',
        expected,
        dry,
        load: bundle === undefined ? undefined : () => loading(bundle),
      }),
    rollback: (to, expected) => service.rollback(to, expected),
  }
}

/** The ports that events leave by. */
export function portsOf(plan: Plan | null | undefined): readonly string[] {
  return [...new Set(plan?.links.map(({ from }) => `${from.address}/${from.port}`))]
}

export function nothingLeavesBy(port: string, ports: readonly string[]): BadRequest {
  return new BadRequest(`Nothing leaves by "${port}": there are ${ports.join(', ') || 'no links'}`)
}

/** What was sent, checked. */
export async function load(bundle: Bundle): Promise<Loaded> {
  const { files: recorded, reading } = recording(filesOf(bundle), bundle)
  const { plan, findings, files } = await check(bundle.paths, { files: recorded })
  const plain = { isTerminal: false, colour: false, columns: 80 }
  return { plan, reading, files, report: prettyFindings(findings, plain), ...countOf(findings) }
}

/** Of the offramps that have something to say about theirs. */
export function offrampStates(engine: Engine): readonly OfframpShown[] {
  return engine.offramps().flatMap(([address, node]) => {
    const status = node.status?.() as OfframpStatus | undefined
    return status === undefined ? [] : [{ address, state: stateOf(status), ...status }]
  })
}

/** Throws `BadRequest` if there is no such offramp, or none with a cache. */
export function purge(engine: Engine, { url, tag, offramp }: PurgeOptions): Purged {
  const named = engine
    .offramps()
    .filter(([address]) => offramp === undefined || address === offramp || address.split('/')[2] === offramp)
  if (offramp !== undefined && named.length === 0) {
    const known = engine.offramps().map(([address]) => address)
    throw new BadRequest(`There is no offramp "${offramp}": there are ${known.join(', ') || 'none'}`)
  }
  const caches = named.flatMap(([address, node]) => {
    const purged = node.purge?.({ url, tag })
    return purged === undefined ? [] : [{ offramp: address, purged }]
  })
  if (caches.length === 0)
    throw new BadRequest(offramp === undefined ? 'No offramp has a cache' : `"${offramp}" has no cache`)
  return { purged: caches.reduce((sum, { purged }) => sum + purged, 0), caches }
}

function stateOf({ upstreams = [] }: OfframpStatus): string {
  const up = upstreams.filter(({ state }) => state === 'up').length
  if (upstreams.length === 0 || up === upstreams.length) return 'ok'
  return up === 0 ? 'down' : 'degraded'
}

export function worst(states: readonly string[]): string {
  return ['down', 'degraded'].find((state) => states.includes(state)) ?? 'ok'
}
