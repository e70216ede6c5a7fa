import { encodeSorted } from '#dsl/json.ts'
import type { Rec, Value } from '#dsl/value.ts'
import { RateWindow } from '../../formats/rate-window.ts'
import { Recent } from '../../formats/recent.ts'
import { defineOperator } from '../../operator.ts'
import { perEvent } from '../../per-event.ts'

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
    const classes = new Recent<Recent<Counted>>()
    return {
      flow: perEvent(function count(event, _port, out) {
        const { meta } = event
        const name = meta['class']
        const rate = wholeIn(meta['rate'], 0, Number.MAX_SAFE_INTEGER)
        if (typeof name !== 'string' || rate === undefined) {
          event.flight?.note('script_error', typeof name === 'string' ? NO_RATE : NO_CLASS)
          return out.next(['err', event])
        }
        if (windowOf(name, meta).pass(event.ingestNs, rate)) return out.next(['out', event])
        event.flight?.note('overflow', 'the limit of the rate is reached')
        out.next(['overflow', event])
      }),
    }

    function windowOf(name: string, meta: Rec): RateWindow {
      const rangeMs = wholeIn(meta['time_range'], 1, 1e12) ?? 1000
      const parts = wholeIn(meta['windows'], 1, maxWindows) ?? 100
      const dimensions = textOf(meta['dimensions'])
      let group = classes.get(name)
      if (group === undefined) {
        group = new Recent()
        classes.set(name, group)
        classes.trim(maxClasses)
      }
      let counted = group.get(dimensions)
      if (counted === undefined || counted.rangeMs !== rangeMs || counted.parts !== parts) {
        counted = { rangeMs, parts, window: new RateWindow(BigInt(rangeMs) * 1_000_000n, parts) }
        group.set(dimensions, counted)
      }
      group.trim(wholeIn(meta['cardinality'], 1, maxCardinality) ?? 1000)
      return counted.window
    }
  },
})

const NO_CLASS = 'grouper::bucket needs "$class", a text'
const NO_RATE = 'grouper::bucket needs "$rate", a non-negative integer'

interface Counted {
  readonly rangeMs: number
  readonly parts: number
  readonly window: RateWindow
}

function textOf(dimensions: Value | undefined): string {
  return dimensions === undefined ? 'null' : encodeSorted(dimensions)
}

/** Numbers that make no sense count as not given; too great ones as the greatest. */
function wholeIn(value: Value | undefined, least: number, most: number): number | undefined {
  if (value === undefined) return undefined
  const number = typeof value === 'bigint' ? Number(value) : value
  return Number.isInteger(number) && (number as number) >= least
    ? Math.min(number as number, most)
    : undefined
}
