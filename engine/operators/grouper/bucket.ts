import { map } from 'rxjs'
import { encodeSorted } from '#dsl/json.ts'
import { fieldOf, type Rec } from '#dsl/value.ts'
import { RateWindow } from '../../formats/rate-window.ts'
import { defineOperator } from '../../operator.ts'

/** Classes are few; if a script makes them of what clients send, the ones not seen for longest are forgotten. */
const maxClasses = 10_000
const maxCardinality = 1_000_000
const maxWindows = 10_000

export default defineOperator({
  doc: `Limits rates. Events are counted by \`$class\` and, in it, by \`$dimensions\` (any value, or none); of each at most \`$rate\` may pass
in \`$time_range\` milliseconds (default 1000), the others leave by \`overflow\`. Time is that of the events' arrival; it is divided into
\`$windows\` parts (default 100) that fall out of the count one by one. Of each class the \`$cardinality\` dimensions seen last are
remembered (default 1000).

An event without \`$class\`, a text, or without \`$rate\`, a non-negative integer, leaves by \`err\`. A new \`$rate\` counts from the next event on.
(In tremor the first one is kept as long as the dimension is remembered.)`,
  config: {},
  ports: ['out', 'overflow', 'err'],
  examples: [
    {
      title: 'Two events in three milliseconds',
      with: {},
      meta: { class: 'snot', rate: 2, time_range: 3, windows: 3 },
      frameMs: 1,
      in: 'abc-def',
      out: { out: 'ab--de-', overflow: '--c---f', err: '-------' },
    },
    {
      title: 'Without a class there is nothing to count by',
      with: {},
      meta: { rate: 2 },
      in: 'a-b',
      out: { out: '---', overflow: '---', err: 'a-b' },
    },
  ],
  create() {
    const classes = new Map<string, Map<string, RateWindow>>()
    return {
      flow: (events) =>
        events.pipe(
          map(([, event]) => {
            const limit = limitOf(event.meta)
            if (typeof limit === 'string') {
              event.flight?.note('script_error', limit)
              return ['err', event]
            }
            if (windowOf(limit).pass(event.ingestNs, limit.rate)) return ['out', event]
            event.flight?.note('overflow', 'the limit of the rate is reached')
            return ['overflow', event]
          }),
        ),
    }

    function windowOf({ name, dimensions, cardinality, rangeNs, windows }: Limit): RateWindow {
      const group = classes.get(name) ?? new Map<string, RateWindow>()
      seen(classes, name, group, maxClasses)
      const before = group.get(dimensions)
      const window = before?.fits(rangeNs, windows) ? before : new RateWindow(rangeNs, windows)
      seen(group, dimensions, window, cardinality)
      return window
    }
  },
})

interface Limit {
  readonly name: string
  readonly dimensions: string
  readonly rate: number
  readonly cardinality: number
  readonly rangeNs: bigint
  readonly windows: number
}

/** What `$` asks for, or what is wrong with it. */
function limitOf(meta: Rec): Limit | string {
  const name = fieldOf(meta, 'class')
  if (typeof name !== 'string') return 'grouper::bucket needs "$class", a text'
  const rate = wholeIn(meta, 'rate', { least: 0, most: Number.MAX_SAFE_INTEGER })
  if (rate === undefined) return 'grouper::bucket needs "$rate", a non-negative integer'
  const windows = wholeIn(meta, 'windows', { least: 1, most: maxWindows }) ?? 100
  const rangeMs = wholeIn(meta, 'time_range', { least: 1, most: 1e12 }) ?? 1000
  return {
    name,
    dimensions: encodeSorted(fieldOf(meta, 'dimensions') ?? null),
    rate,
    cardinality: wholeIn(meta, 'cardinality', { least: 1, most: maxCardinality }) ?? 1000,
    rangeNs: BigInt(rangeMs) * 1_000_000n,
    windows,
  }
}

/** Numbers that make no sense count as not given; too great ones as the greatest. */
function wholeIn(
  meta: Rec,
  key: string,
  { least, most }: { least: number; most: number },
): number | undefined {
  const value = fieldOf(meta, key)
  const number = typeof value === 'bigint' ? Number(value) : value
  return Number.isInteger(number) && (number as number) >= least
    ? Math.min(number as number, most)
    : undefined
}

/** Puts an entry last, and forgets the first ones of those that are too many. */
function seen<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.delete(key)
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= most) return
    map.delete(oldest)
  }
}
