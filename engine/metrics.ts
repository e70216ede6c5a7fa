/**
 * What is counted. A cell is a plain number that its owner bumps on the request path (`answers.value += 1`); everything
 * else, names and labels and text, is done when somebody scrapes.
 *
 * Names follow Prometheus: base units, `_total` on counters. Label values never come from a client: a request's path or
 * a header as a label would be a leak with a name.
 */

export interface Metrics {
  /** Asking again for the same name gives the same family, so a new generation of nodes counts on where the old one was. */
  counter(name: string, help: string, labels?: readonly string[]): Family<Cell>
  gauge(name: string, help: string, labels?: readonly string[]): Family<Cell>
  /** Upper bounds in ascending order; without them, those that OpenTelemetry gives for HTTP durations in seconds. */
  histogram(
    name: string,
    help: string,
    labels?: readonly string[],
    bounds?: readonly number[],
  ): Family<Histogram>
  /** Calls `fill` before each scrape, to set gauges of what is known elsewhere, until the returned function is called. */
  beforeScrape(fill: () => void): () => void
  /** The text exposition format, version 0.0.4, our own families first, then those of the process. */
  render(): Promise<string>
}

export interface Family<C> {
  /** The cell of these label values, in the order of the labels. Keep it: looking it up is not free. */
  with(...values: readonly string[]): C
  /** What it spoke of is gone. */
  remove(...values: readonly string[]): void
}

export interface Cell {
  value: number
}

export interface Histogram {
  observe(value: number): void
}

export const contentType = 'text/plain; version=0.0.4; charset=utf-8'

const httpSeconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** Series of one family. What comes beyond is counted together, under label values of `_other`. */
const mostSeries = 2000

/** `full` is called once for each family that has reached its most series. */
export function createMetrics(full: (family: string) => void = () => {}): Metrics {
  const families = new Map<string, Series<Cell | Buckets>>()
  const fills = new Set<() => void>()
  let processMetrics: Promise<{ metrics(): Promise<string> }> | undefined

  return {
    counter: (name, help, labels = []) => declare(name, 'counter', help, labels, () => ({ value: 0 })),
    gauge: (name, help, labels = []) => declare(name, 'gauge', help, labels, () => ({ value: 0 })),
    histogram: (name, help, labels = [], bounds = httpSeconds) =>
      declare(name, 'histogram', help, labels, () => new Buckets(bounds)),
    beforeScrape(fill) {
      fills.add(fill)
      return () => void fills.delete(fill)
    },
    async render() {
      for (const fill of fills) fill()
      const own = await registryOf([...families.values()])
      processMetrics ??= defaultRegistry()
      return (await own.metrics()) + (await (await processMetrics).metrics())
    },
  }

  function declare<C extends Cell | Buckets>(
    name: string,
    type: Series<C>['type'],
    help: string,
    labels: readonly string[],
    create: () => C,
  ): Family<C> {
    const known = families.get(name)
    if (known === undefined) {
      const family = new Series({ name, type, help, labels, create, full })
      families.set(name, family)
      return family
    }
    if (known.type === type && known.labels.join() === labels.join()) return known as unknown as Family<C>
    throw new Error(`The metric "${name}" is declared twice, with different types or labels`)
  }
}

interface SeriesOptions<C> {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly labels: readonly string[]
  readonly create: () => C
  readonly full: (family: string) => void
}

/** All cells of one name. Shaped as the client library's registry wants its metrics: `name`, `type`, `help`, `get`. */
class Series<C extends Cell | Buckets> implements Family<C> {
  readonly name: string
  readonly type: SeriesOptions<C>['type']
  readonly help: string
  readonly labels: readonly string[]
  readonly #create: () => C
  readonly #full: (family: string) => void
  readonly #cells = new Map<string, { readonly values: readonly string[]; readonly cell: C }>()
  #isFull = false

  constructor({ name, type, help, labels, create, full }: SeriesOptions<C>) {
    this.name = name
    this.type = type
    this.help = help
    this.labels = labels
    this.#create = create
    this.#full = full
    if (labels.length === 0) this.with()
  }

  with(...values: readonly string[]): C {
    const key = values.join('\0')
    const known = this.#cells.get(key)
    if (known !== undefined) return known.cell
    if (this.#cells.size < mostSeries) return this.#add(key, values)
    if (!this.#isFull) this.#full(this.name)
    this.#isFull = true
    const other = this.labels.map(() => '_other')
    return this.#cells.get(other.join('\0'))?.cell ?? this.#add(other.join('\0'), other)
  }

  remove(...values: readonly string[]): void {
    this.#cells.delete(values.join('\0'))
  }

  #add(key: string, values: readonly string[]): C {
    const cell = this.#create()
    this.#cells.set(key, { values, cell })
    return cell
  }

  async get() {
    const values = [...this.#cells.values()].flatMap(({ values, cell }) => {
      const labels = Object.fromEntries(this.labels.map((label, at) => [label, values[at] ?? '']))
      return cell instanceof Buckets ? cell.samples(this.name, labels) : [{ labels, value: cell.value }]
    })
    return { name: this.name, type: this.type, help: this.help, values }
  }
}

class Buckets implements Histogram {
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = new Array(bounds.length + 1).fill(0)
  }

  observe(value: number): void {
    let at = 0
    while (at < this.#bounds.length && value > this.#bounds[at]!) at++
    this.#counts[at]! += 1
    this.#sum += value
  }

  samples(name: string, labels: Record<string, string>) {
    let count = 0
    const buckets = this.#counts.map((inBucket, at) => {
      count += inBucket
      const le = at < this.#bounds.length ? String(this.#bounds[at]) : '+Inf'
      return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: count }
    })
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: this.#sum },
      { metricName: `${name}_count`, labels, value: count },
    ]
  }
}

// The client library costs 80 ms to load, so it is loaded by the first scrape and not at start.

async function registryOf(
  families: readonly Series<Cell | Buckets>[],
): Promise<{ metrics(): Promise<string> }> {
  const { Registry } = (await import('@prometheus-io/client')).default
  const registry = new Registry()
  for (const family of families) registry.registerMetric(family as never)
  return registry
}

/** `process_*` and `nodejs_*`: memory, garbage collection, lag of the event loop. One for the process, whoever asks. */
async function defaultRegistry(): Promise<{ metrics(): Promise<string> }> {
  const { Registry, collectDefaultMetrics } = (await import('@prometheus-io/client')).default
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry
}
