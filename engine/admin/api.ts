/**
 * `/v1`: what can be asked of a running Temblor, and what it can be told. Nothing is changed by GET; whoever changes something shows a token,
 * whatever the address, and it goes to the log. Errors are RFC 9457; what a configuration is refused for comes as its findings.
 */
import type { Value } from '#dsl/value.ts'
import type { Change } from './changes.ts'

/** Files of a configuration, as they lie on the disk of whoever sends them. */
export interface Bundle {
  /** As a command line names them. */
  readonly paths: readonly string[]
  /** Absolute path to text. */
  readonly files: Readonly<Record<string, string>>
  /** What `-` stands for. */
  readonly stdin?: string | undefined
}

export interface Outcome {
  readonly outcome: 'applied' | 'unchanged' | 'invalid' | 'failed' | 'conflict' | 'planned'
  /** What runs now. */
  readonly revision: number
  readonly changes: readonly Change[]
  /** Findings laid out for people, or why it failed; empty if there is nothing to say. */
  readonly report: string
}

export interface ChangeOptions {
  /** Absent: the files that the process was started with, as they are now. */
  readonly bundle?: Bundle | undefined
  /** Refuse unless this is what runs. */
  readonly expected?: number | undefined
  /** Only say what would change. */
  readonly dry?: boolean
}

export interface Revision {
  readonly revision: number
  /** Of what it runs: two that are the same run the same. */
  readonly hash: string
  readonly at: string
  readonly why: string
}

export interface Purged {
  readonly purged: number
  readonly caches: readonly { readonly offramp: string; readonly purged: number }[]
}

/** What to forget: exactly one of the three. */
export interface PurgeOptions {
  readonly url?: string | undefined
  readonly tag?: string | undefined
  readonly all?: boolean | undefined
  /** Of this offramp alone: its id or address. */
  readonly offramp?: string | undefined
}

/** What stands behind the pages. */
export interface Control {
  status(): Value | Promise<Value>
  revisions(): readonly Revision[]
  change(options: ChangeOptions): Promise<Outcome>
  rollback(to: number | undefined, expected: number | undefined): Promise<Outcome>
  purge(options: PurgeOptions): Purged | Promise<Purged>
  /** Lines about what leaves a port, as `say` takes them. Throws `BadRequest` if there is no such port. */
  look(port: string, say: (line: string) => void): Looking
}

/** Somebody looks on. */
export interface Looking {
  stop(): void
}

export interface ApiAnswer {
  readonly status: number
  readonly body: unknown
}

/** A request that was understood to be none. */
export class BadRequest extends Error {}

export interface ApiPage {
  readonly method: 'GET' | 'POST'
  answer(body: unknown, query: URLSearchParams): ApiAnswer | Promise<ApiAnswer>
}

export function apiPages(control: Control): Readonly<Record<string, ApiPage>> {
  return {
    '/v1/status': { method: 'GET', answer: async () => ({ status: 200, body: await control.status() }) },
    '/v1/revisions': {
      method: 'GET',
      answer: () => ({ status: 200, body: { schema: 1, revisions: control.revisions() } }),
    },
    '/v1/plan': {
      method: 'POST',
      answer: async (body) => answerOf(await control.change({ bundle: bundleIn(body), dry: true })),
    },
    '/v1/apply': {
      method: 'POST',
      answer: async (body) =>
        answerOf(await control.change({ bundle: bundleIn(body), expected: numberIn(body, 'expected') })),
    },
    '/v1/rollback': {
      method: 'POST',
      answer: async (body) =>
        answerOf(await control.rollback(numberIn(body, 'to'), numberIn(body, 'expected'))),
    },
    '/v1/cache/purge': {
      method: 'POST',
      answer: async (body) => ({ status: 200, body: { schema: 1, ...(await control.purge(purgeIn(body))) } }),
    },
  }
}

const statuses: Readonly<Record<Outcome['outcome'], number>> = {
  applied: 200,
  unchanged: 200,
  planned: 200,
  invalid: 422,
  failed: 409,
  conflict: 412,
}

function answerOf(outcome: Outcome): ApiAnswer {
  return { status: statuses[outcome.outcome], body: { schema: 1, ...outcome } }
}

// ---- what is sent ---------------------------------------------------------------------------------------------

function recordOf(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body))
    return body as Readonly<Record<string, unknown>>
  throw new BadRequest('The body must be a JSON object')
}

function numberIn(body: unknown, key: string): number | undefined {
  const value = recordOf(body)[key]
  if (value === undefined || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0))
    return value
  throw new BadRequest(`"${key}" must be the number of a revision`)
}

function bundleIn(body: unknown): Bundle | undefined {
  const { bundle } = recordOf(body)
  if (bundle === undefined) return undefined
  const { paths, files, stdin } = recordOf(bundle)
  const texts = typeof files === 'object' && files !== null && !Array.isArray(files) ? files : undefined
  const fit =
    Array.isArray(paths) &&
    paths.every((path) => typeof path === 'string') &&
    texts !== undefined &&
    Object.values(texts).every((text) => typeof text === 'string') &&
    (stdin === undefined || typeof stdin === 'string')
  if (!fit)
    throw new BadRequest('"bundle" must hold "paths", a list of texts, and "files", texts by their paths')
  return { paths, files: texts as Readonly<Record<string, string>>, stdin }
}

function purgeIn(body: unknown): PurgeOptions {
  const { url, tag, all, offramp } = recordOf(body)
  for (const [key, value] of Object.entries({ url, tag, offramp }))
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw new BadRequest(`"${key}" must be a text`)
  if ([url, tag, all === true ? all : undefined].filter((each) => each !== undefined).length !== 1)
    throw new BadRequest('Exactly one of "url", "tag" and "all" must be there')
  return { url, tag, all, offramp } as PurgeOptions
}
