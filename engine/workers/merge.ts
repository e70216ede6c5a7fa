/** Metrics of several processes as those of one: text in, text out. */

export interface Part {
  /** Label value of what cannot be added up; `0` is the parent, whose own `temblor_…` are of all of them and get none. */
  readonly worker: string
  /** Text exposition format 0.0.4. */
  readonly text: string
}

interface Family {
  readonly name: string
  help: string
  type: string
  /** By name and labels as they are written. */
  readonly samples: Map<string, number>
}

/**
 * Counters, histograms and sums are added up by series. Of gauges those that count something are, too (octets, requests in flight, open
 * connections); the others (a lag, a version, whether an upstream is up) are each worker's own and get the label `worker`.
 */
export function mergeMetrics(parts: readonly Part[]): string {
  const families = new Map<string, Family>()
  for (const part of parts) addUp(families, part)
  return [...families.values()].map(textOf).join('')
}

/** Of a process that ended only what it has counted still counts. */
export function countedOf(text: string): string {
  const families = new Map<string, Family>()
  addUp(families, { worker: '', text })
  return [...families.values()]
    .filter(({ type }) => type === 'counter' || type === 'histogram')
    .filter(({ name }) => !name.startsWith('process_start_time'))
    .map(textOf)
    .join('')
}

const addable = /(_bytes|_inflight|_entries|_open_fds|_tunnels)$|^nodejs_active_/

function addUp(families: Map<string, Family>, { worker, text }: Part): void {
  let family: Family = { name: '', help: '', type: 'untyped', samples: new Map() }
  for (const line of text.split('\n')) {
    if (line === '') continue
    const meta = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line)
    if (meta !== null) {
      family = familyOf(families, meta[2]!)
      if (meta[1] === 'HELP') family.help = meta[3]!
      else family.type = meta[3]!
      continue
    }
    if (line.startsWith('#')) continue
    const cut = endOfSeries(line)
    const series = line.slice(0, cut)
    const value = numberOf(line.slice(cut).trim().split(' ')[0]!)
    if (addsUp(family, series)) family.samples.set(series, (family.samples.get(series) ?? 0) + value)
    else family.samples.set(isOfAll(family, worker) ? series : labelled(series, worker), value)
  }
}

function familyOf(families: Map<string, Family>, name: string): Family {
  let family = families.get(name)
  if (family === undefined)
    families.set(name, (family = { name, help: '', type: 'untyped', samples: new Map() }))
  return family
}

function addsUp({ name, type }: Family, series: string): boolean {
  if (type === 'counter' || type === 'histogram') return true
  if (type === 'summary') return /_(sum|count)(\{|$)/.test(series)
  return addable.test(name)
}

function isOfAll({ name }: Family, worker: string): boolean {
  return worker === '0' && name.startsWith('temblor_')
}

/** Where the value begins: behind the labels, whose quoted values may hold anything. */
function endOfSeries(line: string): number {
  const open = line.indexOf('{')
  const space = line.indexOf(' ')
  if (open === -1 || (space !== -1 && space < open)) return space
  let quoted = false
  for (let at = open; at < line.length; at++) {
    const char = line[at]
    if (char === '\\') at++
    else if (char === '"') quoted = !quoted
    else if (char === '}' && !quoted) return at + 1
  }
  return line.length
}

function labelled(series: string, worker: string): string {
  const label = `worker="${worker}"`
  if (!series.includes('{')) return `${series}{${label}}`
  return series.endsWith('{}') ? `${series.slice(0, -1)}${label}}` : `${series.slice(0, -1)},${label}}`
}

function numberOf(text: string): number {
  return Number(text.replace(/Inf$/, 'Infinity'))
}

function textOf({ name, help, type, samples }: Family): string {
  const lines = [...samples].map(([series, value]) => `${series} ${valueText(value)}`)
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.map((line) => `${line}\n`).join('')}\n`
}

function valueText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return String(value).replace('Infinity', 'Inf').replace(/^Inf/, '+Inf')
}
