/** `temblor status` for people: the verdict first, then a line for each upstream that says why. */
import type { Revision } from '../admin/api.ts'
import type { UpstreamStatus } from '../http/upstreams.ts'

export interface RevisionsShown {
  readonly revisions: readonly Revision[]
}

export interface StatusShown {
  readonly state: string
  readonly version: string
  readonly instance: string
  readonly pid: number
  readonly uptime_s: number
  readonly revision: number
  readonly hash: string
  readonly applied_at: string
  readonly listens: readonly string[]
  readonly in_flight: number
  /** Where there are several. */
  readonly workers?: readonly {
    readonly worker: number
    readonly state: string
    readonly pid?: number
    readonly uptime_s: number
    readonly in_flight: number
    readonly restarts: number
  }[]
  readonly offramps: readonly {
    readonly worker?: number
    readonly address: string
    readonly state: string
    readonly upstreams?: readonly UpstreamStatus[]
    readonly cache?: {
      readonly entries: number
      readonly bytes: number
      readonly outcomes: Readonly<Record<string, number>>
    }
  }[]
}

export function statusText(status: StatusShown): string {
  const {
    state,
    version,
    pid,
    uptime_s,
    revision,
    hash,
    applied_at,
    listens,
    in_flight,
    offramps,
    workers = [],
  } = status
  const lines = [
    `${state}: temblor ${version}, pid ${pid}, up ${span(uptime_s)}`,
    `revision ${revision} (${hash}) since ${applied_at}`,
    `listens at ${listens.join(', ') || 'nothing'}, ${in_flight} in flight`,
  ]
  if (workers.length > 0) lines.push('', ...table(workers.map(workerRow)))
  for (const { worker, address, state, upstreams = [], cache } of offramps) {
    lines.push('', `${address}${worker === undefined ? '' : `  worker ${worker}`}  ${state}`)
    lines.push(...table(upstreams.map(row)).map((line) => `  ${line}`))
    if (cache !== undefined) lines.push(`  cache: ${cacheText(cache)}`)
  }
  return `${lines.join('\n')}\n`
}

export function revisionsText({ revisions }: RevisionsShown): string {
  const rows = revisions.map(({ revision, hash, at, why }) => [String(revision), hash, at, why])
  return `${table(rows).join('\n')}\n`
}

function workerRow({
  worker,
  state,
  pid,
  uptime_s,
  in_flight,
  restarts,
}: NonNullable<StatusShown['workers']>[0]): string[] {
  const replaced = restarts === 0 ? '' : `replaced ${restarts} times`
  return [
    `worker ${worker}`,
    state,
    `pid ${pid ?? '-'}, up ${span(uptime_s)}`,
    `${in_flight} in flight`,
    replaced,
  ]
}

function row({ url, state, reason, since_ms, weight, in_flight, attempts }: UpstreamStatus): string[] {
  const share = weight === 1 ? '' : `weight ${weight}, `
  return [
    state,
    url,
    `${share}${in_flight} in flight, ${attempts} sent`,
    `for ${span(since_ms / 1000)}: ${reason}`,
  ]
}

function cacheText({ entries, bytes, outcomes }: NonNullable<StatusShown['offramps'][0]['cache']>): string {
  const counts = Object.entries(outcomes).filter(([, count]) => count > 0)
  const total = counts.reduce((sum, [, count]) => sum + count, 0)
  const parts = counts.map(([outcome, count]) => `${count} ${outcome}`)
  return [
    `${entries} answers, ${bytes} octets`,
    ...(total === 0 ? [] : [`of ${total}: ${parts.join(', ')}`]),
  ].join('; ')
}

/** `45s`, `3m 20s`, `2h 5m`, `4d 1h`. */
function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const units: readonly (readonly [string, number])[] = [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ]
  const at = units.findIndex(([, size]) => whole >= size)
  if (at === -1) return '0s'
  let left = whole
  return units
    .slice(at, at + 2)
    .map(([unit, size]) => {
      const count = Math.floor(left / size)
      left -= count * size
      return `${count}${unit}`
    })
    .filter((part, index) => index === 0 || !part.startsWith('0'))
    .join(' ')
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)))
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
}
