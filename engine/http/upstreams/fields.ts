/** What an operator writes about a set of upstreams: `endpoints`, `balance`, `health`, `retry`, `hedge`. */
import {
  boolean,
  type ConfigOf,
  duration,
  either,
  integer,
  list,
  number,
  oneOf,
  record,
  size,
  text,
} from '../../config.ts'

export const httpUrl = (url: string) =>
  URL.canParse(url) && /^https?:/i.test(url)
    ? undefined
    : 'must be a URL that begins with http:// or https://'

const status = integer('A status.', { min: 100, max: 599 })

/** `503`, as number or text, or `5xx`. */
export const statusPattern = either('A status or a class.', [
  status,
  text('`503` or `5xx`.', {
    check: (pattern: string) =>
      /^[1-5](xx|\d\d)$/.test(pattern)
        ? undefined
        : 'must be a status such as "503" or a class such as "5xx"',
  }),
])

const policies = {
  round_robin: 'in turn, those of more weight more often',
  weighted: 'at random, in proportion to the weights',
  least_requests: 'the one with the fewest requests in flight for its weight',
  power_of_two: 'the less busy of two drawn at random',
  hash: 'always the same for the same key, as long as it is up; see `hash`',
} as const

export type Policy = keyof typeof policies

const policy = <const O extends { readonly default?: Policy }>(options: O) =>
  oneOf('Who is next.', policies, options)

export const setFields = {
  endpoints: list(
    'Several places that do the same work, instead of `endpoint`. A `$endpoint` that names one of them goes to it; one that names another place goes there, past the set; one that states only path or query leaves the choice to `balance`.',
    either('A place.', [
      text('A URL.', { check: httpUrl }),
      record('A URL and its share.', {
        url: text('A URL.', { required: true, check: httpUrl }),
        weight: number('Its share of the requests, compared with that of the others; 0 takes none.', {
          default: 1,
          min: 0,
          max: 10_000,
        }),
      }),
    ]),
    {
      least: 1,
      examples: [
        ['http://10.0.0.1:8080', 'http://10.0.0.2:8080'],
        [
          { url: 'http://blue:8080', weight: 95 },
          { url: 'http://green:8080', weight: 5 },
        ],
      ],
    },
  ),
  balance: either('Who of `endpoints` is next: a word, or a record.', [
    policy({}),
    record('Who is next, and for whom.', {
      by: policy({ default: 'round_robin' }),
      hash: record('What the hash is taken of: one of these. Requests that lack it go in turn.', {
        header: text('The value of a header field of the request.'),
        cookie: text('The value of a cookie.'),
        meta: text('A value of the metadata, as `user.id` for `$user.id`.'),
        address: boolean("The client's address, `$request.client`."),
      }),
      sticky: record(
        'A cookie keeps a client with the upstream that answered it first, as long as that is up.',
        {
          cookie: text('The name of the cookie.', { default: 'temblor_upstream' }),
          ttl: duration('How long; absent, until the browser is closed.', { unit: 's' }),
          path: text('The path of the cookie.', { default: '/' }),
          secure: boolean('Whether the cookie is for https only.', { default: false }),
        },
      ),
      slow_start: duration(
        'For how long an upstream that has come back gets a growing share, from a tenth to the whole; 0 for none.',
        { unit: 's', default: 0 },
      ),
    }),
  ]),
  health: record('When an upstream gets no requests.', {
    active: record('A request of ours, now and then.', {
      path: text('What is asked for, by GET.', { default: '/' }),
      status: list('Statuses that mean it is well, as `200` or `2xx`.', statusPattern, { default: ['2xx'] }),
      interval: duration('How often.', { unit: 's', default: '10s', min: 10 }),
      timeout: duration('How long connecting and answering may take.', { unit: 's', default: '2s', min: 1 }),
      healthy: integer('How many good checks bring it back.', { default: 2, min: 1 }),
      unhealthy: integer('How many bad checks take it out.', { default: 3, min: 1 }),
      host: text('The Host of the check, if not that of the upstream.'),
    }),
    passive: record(
      'What requests find out: transport errors, timeouts and the statuses of `fail_on` are failures.',
      {
        failures: integer('So many failures in a row take it out; 0 for never.', { default: 5, min: 0 }),
        eject_for: duration(
          'For how long the first time; the n-th time in a row n times that, at most ten times. One whose connections failed comes back as soon as one succeeds; that is tried every second.',
          { unit: 's', default: '30s', min: 1 },
        ),
        most_ejected: number(
          'The greatest share of the set that is out at a time; one may always be, unless it is alone.',
          {
            default: 0.5,
            min: 0,
            max: 1,
          },
        ),
      },
      { default: {} },
    ),
  }),
  retry: record(
    'When a request goes out a second time. One whose bytes the upstream may have seen does only if its method is idempotent, one with a body only if the body is still held; never once an answer is on its way to the client. With `endpoints`, an upstream not tried yet is preferred. To switch it off: `attempts: 1`.',
    {
      attempts: integer('The most attempts for a request, the first included.', {
        default: 2,
        min: 1,
        max: 20,
      }),
      on: list(
        'After what: `unreachable` (connect, DNS, TLS), `reset` (the connection broke before the answer), `timeout`, `bad_response`, or a status such as `503` or `5xx`.',
        either('One of the words, or a status.', [
          status,
          text('One of the words, or a status.', {
            check: (word: string) =>
              /^([1-5](xx|\d\d)|unreachable|reset|timeout|bad_response)$/.test(word)
                ? undefined
                : 'must be "unreachable", "reset", "timeout", "bad_response" or a status such as "503" or "5xx"',
          }),
        ]),
        { default: ['unreachable', 'reset'] },
      ),
      budget: record(
        'How much the upstreams may be burdened with attempts beyond the first, within ten seconds.',
        {
          share: number('So many for each request.', { default: 0.2, min: 0, max: 10 }),
          min: integer('And so many besides.', { default: 3, min: 0 }),
        },
        { default: {} },
      ),
      per_try_timeout: duration(
        "How long the head of one attempt's answer may take; absent, as long as `timeout` says.",
        { unit: 's', min: 1 },
      ),
      backoff: record(
        'The wait before an attempt: at random up to `base`, doubled each time, at most `most`. None if nothing was sent and another upstream is there.',
        {
          base: duration('The longest wait before the second attempt.', { unit: 'ms', default: '25ms' }),
          most: duration('The longest wait of all.', { unit: 'ms', default: '250ms' }),
        },
        { default: {} },
      ),
      body: size(
        'How much of a streamed body is held so that it can be sent again, for idempotent methods.',
        {
          default: '64KiB',
        },
      ),
      idempotency_key: boolean(
        'Whether a request of another method counts as idempotent if it has an `Idempotency-Key`. Only where every upstream honours it.',
        { default: false },
      ),
    },
  ),
  hedge: record(
    'A second upstream is asked as well if the first is slow; the first answer counts, the other request is cut. Only idempotent methods, only bodies held whole, within the budget of `retry`.',
    { after: duration('How long the first has.', { unit: 'ms', required: true, min: 1 }) },
  ),
} as const

export type SetConfig = ConfigOf<typeof setFields>

/** What must hold between the fields: the message, or undefined. */
export function checkSet(config: SetConfig & { readonly endpoint: unknown }): string | undefined {
  const { endpoint, endpoints, balance } = config
  if (endpoint === undefined && endpoints === undefined)
    return 'needs "endpoint", one place, or "endpoints", a list of places'
  if (endpoint !== undefined && endpoints !== undefined)
    return 'has both "endpoint" and "endpoints": keep one of them'
  if (endpoints?.every((each) => typeof each !== 'string' && each.weight === 0))
    return 'has only endpoints of weight 0, which take no requests'
  if (balance === undefined) return undefined
  if (endpoints === undefined) return 'has "balance", which chooses among "endpoints", but has none'
  if (balance === 'hash')
    return 'has "balance: hash" without a key: write "balance: {by: hash, hash: {header: x-user}}"'
  if (typeof balance === 'string') return undefined
  const keys = Object.values(balance.hash ?? {}).filter((each) => each !== undefined && each !== false).length
  if (balance.by === 'hash' && keys !== 1)
    return `needs exactly one of "header", "cookie", "meta" and "address" in "balance.hash", found ${keys}`
  if (balance.by !== 'hash' && keys > 0)
    return `has "balance.hash", which only "by: hash" reads, but goes by "${balance.by}"`
  return undefined
}

/** `5xx` and `429` as the statuses they stand for. */
export function statusesOf(patterns: readonly (string | number)[]): ReadonlySet<number> {
  const statuses = new Set<number>()
  for (const each of patterns) {
    const pattern = String(each)
    const first = Number(pattern.replace('xx', '00'))
    for (let status = first; status <= (pattern.endsWith('xx') ? first + 99 : first); status++)
      statuses.add(status)
  }
  return statuses
}
