/** Many worlds, one after the other, and what came of them together. */
import type { TransportName } from '#engine/http/transports.ts'
import { generateWorld } from './generate.ts'
import { runOverSockets } from './run-sockets.ts'
import { type Failure, type Report, runWorld } from './run-world.ts'
import type { WorldSpec } from './spec.ts'

export interface Campaign {
  readonly worlds: number
  readonly requests: number
  /** Worlds that broke a promise: the seed, the requests made until then, and what happened. */
  readonly broken: readonly {
    readonly seed: number
    readonly requests: number
    readonly failures: readonly Failure[]
  }[]
  readonly seen: ReadonlyMap<string, number>
}

export interface CampaignOptions {
  readonly from: number
  readonly worlds: number
  /** Every so many worlds, one is run twice and must go the same way. */
  readonly twiceEvery?: number
  /** Ends with this many broken worlds. */
  readonly enough?: number
  /** Ends with this many requests. */
  readonly requests?: number
}

/** What must happen in every campaign of a thousand worlds, or it does not test what it says. */
export const sometimes: readonly string[] = [
  ...[
    'bad_request',
    'request_timeout',
    'body_too_large',
    'no_route',
    'dropped',
    'overflow',
    'script_error',
    'upstream_unreachable',
    'upstream_reset',
    'bad_upstream_response',
    'upstream_timeout',
    'deadline',
    'draining',
  ].map((reason) => `reason: ${reason}`),
  'end: whole',
  'end: cut',
  'end: left',
  'end: left, unanswered',
  'end: cut, unanswered',
  'call: aborted',
  'call: answered when its request was over',
  'upstream tried by connecting',
  'back-off known to be open',
  'back-off known to be closed',
  'reload with requests in flight',
  'invalid with requests in flight',
  'stop with requests in flight',
  'stop at rest',
  'a late answer is dropped',
  'client: slow',
  'answer: one window for several requests',
  ...['batch: out', 'batch: several in one', 'counter: out'].map((what) => `generic::${what}`),
  ...['out', 'overflow', 'err'].map((port) => `grouper::bucket: ${port}`),
  ...['out', 'overflow'].map((port) => `qos::percentile: ${port}`),
  ...['out', 'overflow', 'sent again'].map((what) => `qos::wal: ${what}`),
  'http::route: some port',
  'foreseen: exactly',
  'foreseen: a set',
]

export async function campaign(options: CampaignOptions): Promise<Campaign> {
  const { from, worlds, twiceEvery = 10, enough = 1 } = options
  const seen = new Map<string, number>()
  const broken: { seed: number; requests: number; failures: readonly Failure[] }[] = []
  let requests = 0
  let seed = from
  for (
    ;
    seed < from + worlds && broken.length < enough && requests < (options.requests ?? Infinity);
    seed++
  ) {
    const spec = generateWorld(seed)
    const report = await runSafely(spec)
    requests += report.requests
    for (const [what, times] of report.seen) seen.set(what, (seen.get(what) ?? 0) + times)
    const failures = [...report.failures]
    if (seed % twiceEvery === 0 && (await runSafely(spec)).hash !== report.hash)
      failures.push({ rule: 'same', what: 'the same seed went two ways' })
    if (failures.length > 0) broken.push({ seed, requests, failures })
  }
  return { worlds: seed - from, requests, broken, seen }
}

/** The same over real sockets. */
export async function socketCampaign(transport: TransportName, options: CampaignOptions): Promise<Campaign> {
  const { from, worlds, enough = 1 } = options
  const seen = new Map<string, number>()
  const broken: { seed: number; requests: number; failures: readonly Failure[] }[] = []
  let requests = 0
  let seed = from
  for (
    ;
    seed < from + worlds && broken.length < enough && requests < (options.requests ?? Infinity);
    seed++
  ) {
    const report = await runOverSockets(seed, transport)
    requests += report.requests
    for (const [what, times] of report.seen) seen.set(what, (seen.get(what) ?? 0) + times)
    if (report.failures.length > 0) broken.push({ seed, requests, failures: report.failures })
  }
  return { worlds: seed - from, requests, broken, seen }
}

/** What escapes the engine is a broken promise, too. */
export async function runSafely(spec: WorldSpec): Promise<Report> {
  try {
    return await runWorld(spec)
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { failures: [{ rule: 'crash', what }], requests: 0, hash: 0, seen: new Map(), trace: [] }
  }
}
