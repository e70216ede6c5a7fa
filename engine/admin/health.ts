/** `/livez` and `/readyz`, in the manner of Kubernetes: one word for machines, `?verbose` for people, `?exclude=NAME`. */

export interface Check {
  /** `listeners`, `config`, `draining`: stable, so that it can be excluded. */
  readonly name: string
  /** Absent: all is well. */
  readonly trouble?: string | undefined
}

export interface HealthAnswer {
  readonly status: 200 | 503
  readonly body: string
}

export function healthAnswer(checks: readonly Check[], query: URLSearchParams): HealthAnswer {
  const excluded = query.getAll('exclude')
  const counted = checks.filter(({ name }) => !excluded.includes(name))
  const troubled = counted.filter(({ trouble }) => trouble !== undefined)
  const status = troubled.length === 0 ? 200 : 503
  if (status === 200 && !query.has('verbose')) return { status, body: 'ok\n' }
  const lines = counted.map(({ name, trouble }) =>
    trouble === undefined ? `[+]${name} ok\n` : `[-]${name} failed: ${trouble}\n`,
  )
  return { status, body: `${lines.join('')}${status === 200 ? 'ok' : 'not ok'}\n` }
}
