/**
 * Cross-origin requests (https://fetch.spec.whatwg.org/#http-cors-protocol): which pages of other origins may read the
 * answers. Preflight requests are answered here; every other answer, the engine's own too, gets its fields on the way out.
 */
import { boolean, type ConfigOf, duration, list, record, text } from '../config.ts'
import { fieldIn } from './headers.ts'
import type { Exchange, HeaderList } from './transport.ts'

const star = '*'

export const corsField = record(
  'Which pages of other origins may ask, and read the answers (CORS). Preflight requests are answered by the onramp itself. Fields that an answer states itself stay as they are.',
  {
    origins: list(
      'Origins, as `https://app.example.com`; `https://*.example.com` for every name below; `*` for all.',
      text('An origin.', {
        check: (origin: string) =>
          origin === star || /^[a-z][a-z0-9+.-]*:\/\/[^/\s]+$/i.test(origin)
            ? undefined
            : 'must be "*" or an origin such as "https://app.example.com", without a path',
      }),
      { required: true, least: 1, examples: [['https://app.example.com', 'https://*.example.org']] },
    ),
    methods: list(
      'Methods that may be asked with; GET, HEAD and POST always may.',
      text('A method, or `*`.'),
      {
        default: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      },
    ),
    headers: list(
      'Header fields that may be sent beyond those every page may; absent, whatever is asked for.',
      text('A field, or `*`.'),
    ),
    expose: list(
      'Header fields of the answer that a page may read beyond those every page may.',
      text('A field.'),
      {
        default: [],
      },
    ),
    credentials: boolean('Whether cookies and authorization may be sent along.', { default: false }),
    max_age: duration('How long a browser may keep the answer to a preflight.', { unit: 's' }),
  },
)

export type CorsConfig = NonNullable<ConfigOf<{ cors: typeof corsField }>['cors']>

/** What must hold between the fields: the message, or undefined. */
export function checkCors(cors: CorsConfig | undefined): string | undefined {
  if (cors === undefined || !cors.credentials) return undefined
  // The specification takes the star literally where there are credentials (3.2.5): browsers would refuse every answer.
  const starred = (['origins', 'methods', 'headers', 'expose'] as const).find((name) =>
    cors[name]?.includes(star),
  )
  if (starred === undefined) return undefined
  return `has "cors.credentials" and "*" in "cors.${starred}", which browsers refuse: list the ${starred === 'expose' ? 'fields' : starred} that are meant`
}

export interface Cors {
  /** The fields of the answer to a preflight, or null if the request is none. */
  preflight(exchange: Exchange): string[] | null
  /** The fields of an answer, with those a page of the request's origin needs. */
  answered(exchange: Exchange, headers: readonly string[]): readonly string[]
}

export function corsOf(config: CorsConfig): Cors {
  const { credentials } = config
  const all = config.origins.includes(star)
  const exact = new Set(
    config.origins.filter((origin) => !origin.includes(star)).map((each) => each.toLowerCase()),
  )
  const patterns = config.origins.filter((origin) => origin !== star && origin.includes(star)).map(patternOf)
  const allows = (origin: string) =>
    all || exact.has(origin.toLowerCase()) || patterns.some((pattern) => pattern.test(origin))
  const methods = config.methods.join(', ')
  const expose = config.expose.join(', ')

  return {
    preflight(exchange) {
      const wanted = fieldIn(exchange.headers, 'access-control-request-method')
      if (exchange.method !== 'OPTIONS' || wanted === '') return null
      const origin = fieldIn(exchange.headers, 'origin')
      if (origin === '') return null
      const fields = ['vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers']
      if (!allows(origin)) return fields
      const asked = fieldIn(exchange.headers, 'access-control-request-headers')
      const headers = config.headers?.join(', ') ?? asked
      fields.push(...ofOrigin(origin), 'access-control-allow-methods', methods)
      if (headers !== '') fields.push('access-control-allow-headers', headers)
      if (config.max_age !== undefined)
        fields.push('access-control-max-age', String(Math.floor(config.max_age / 1000)))
      return fields
    },
    answered(exchange, headers) {
      const own = !has(headers, 'access-control-allow-origin')
      const origin = fieldIn(exchange.headers, 'origin')
      // An answer differs by origin also for requests that have none: a cache must not give it to one that has.
      const added: string[] = all ? [] : ['vary', 'Origin']
      if (own && origin !== '' && allows(origin)) {
        added.push(...ofOrigin(origin))
        if (expose !== '') added.push('access-control-expose-headers', expose)
      }
      return added.length === 0 ? headers : [...headers, ...added]
    },
  }

  function ofOrigin(origin: string): string[] {
    const fields = ['access-control-allow-origin', all ? star : origin]
    if (credentials) fields.push('access-control-allow-credentials', 'true')
    return fields
  }
}

/** `https://*.example.com`: the star is one or more labels of a name, and never reaches beyond the name. */
function patternOf(origin: string): RegExp {
  const [before, ...after] = origin.split(star).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${[before, ...after].join('[a-z0-9.-]+')}$`, 'i')
}

function has(headers: HeaderList, name: string): boolean {
  for (let i = 0; i < headers.length; i += 2) if (headers[i]!.toLowerCase() === name) return true
  return false
}
