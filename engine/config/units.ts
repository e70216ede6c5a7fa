/** Durations and sizes as operators write them: `10s`, `1m30s`, `1MiB`. */

const inMs = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** The unit tremor reads a bare number in, field by field. */
export type BareUnit = 'ns' | 'ms' | 's'

/** `10s`, `1m30s`, `250ms`, `1.5h` in milliseconds; a bare number in `bare`. Undefined if it is no duration. */
export function parseDuration(text: string | number, bare: BareUnit): number | undefined {
  if (typeof text === 'number') return text * inMs[bare]
  const trimmed = text.trim()
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed) * inMs[bare]
  if (!/^(\d+(\.\d+)?\s*(ns|us|µs|ms|s|m|h|d)\s*)+$/.test(trimmed)) return undefined
  let total = 0
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|m|h|d)/g)) {
    total += Number(amount) * inMs[unit as keyof typeof inMs]
  }
  return total
}

/** Milliseconds in the shortest spelling that says the same: `1m30s`, `250ms`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  if (ms < 1) return `${Number((ms * 1e6).toFixed(3))}ns`
  if (ms % 1000 !== 0) return `${ms}ms`
  const parts: string[] = []
  let rest = ms
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const count = Math.floor(rest / inMs[unit])
    if (count === 0) continue
    parts.push(`${count}${unit}`)
    rest -= count * inMs[unit]
  }
  return parts.join('')
}

const inBytes: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
}

/** `1MiB`, `64KiB`, `10MB`, `512` in bytes. Undefined if it is no size. */
export function parseSize(text: string | number): number | undefined {
  if (typeof text === 'number') return text
  const match = /^(\d+(?:\.\d+)?)\s*([kmg]?i?b)?$/i.exec(text.trim())
  if (match === null) return undefined
  const factor = inBytes[(match[2] ?? '').toLowerCase()]
  if (factor === undefined) return undefined
  const bytes = Number(match[1]) * factor
  return Number.isInteger(bytes) ? bytes : undefined
}

/** Bytes as `1MiB`, `64KiB`, or a bare number where no unit divides it. */
export function formatSize(bytes: number): string {
  for (const [unit, factor] of [
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const) {
    if (bytes !== 0 && bytes % factor === 0) return `${bytes / factor}${unit}`
  }
  return String(bytes)
}
