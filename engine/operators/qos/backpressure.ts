import { merge, Subject } from 'rxjs'
import type { Timer } from '../../clock.ts'
import { boolean, duration, list, oneOf } from '../../config.ts'
import type { Insight } from '../../insight.ts'
import { defineOperator } from '../../operator.ts'
import { perEvent, perInsight } from '../../per-event.ts'

export default defineOperator({
  doc: `Backs off from what lies below when that fails or is slow. After a bad event nothing is let through for the first of \`steps\`;
another bad one, when it is tried again, moves on to the next step, the last one repeats, and a good one opens the way at once.
Events that arrive meanwhile leave by \`overflow\`.

Bad are failures of transport, time-outs, statuses the offramp counts as failures (5xx and 429), and answers slower than \`timeout\`.
After a failure of transport the target is tried with a connection, not with an event, when a step is over.
If \`overflow\` leads nowhere, what is above is told that this way is closed, so that a round robin passes it over; so it is with
\`method = "pause"\` (in tremor 0.11: \`circuit_breaker = true\`).`,
  config: {
    timeout: duration('An answer that takes longer than this is bad.', { unit: 'ms', required: true }),
    steps: list('How long to back off, step by step.', duration('One step.', { unit: 'ms' }), {
      default: [50, 100, 250, 500, 1000, 5000, 10_000],
      least: 1,
    }),
    circuit_breaker: boolean('Tells what is above when this way closes and opens.', { default: false }),
    method: oneOf(
      '`pause` is `circuit_breaker = true`, `discard` is `false`; the spelling of the documentation.',
      ['discard', 'pause'],
      {
        default: 'discard',
      },
    ),
  },
  ports: ['out', 'overflow'],
  examples: [
    {
      title: 'After a failure events overflow until the step is over',
      with: { timeout: 100, steps: [5] },
      in: 'a-b-c---d',
      insights: { out: '-f-------' },
      out: { out: 'a-------d', overflow: '--b-c----' },
    },
    {
      title: 'A good event opens the way at once',
      with: { timeout: 100, steps: [50] },
      in: 'a--b-c',
      insights: { out: '-f--a-' },
      out: { out: 'a----c', overflow: '---b--' },
    },
    {
      title: 'The next failure takes the next step',
      with: { timeout: 100, steps: [2, 6] },
      in: 'a----b-c--d----e',
      insights: { out: '-f----f---------' },
      out: { out: 'a----b---------e', overflow: '-------c--d-----' },
    },
  ],
  create(config, { clock, linked }) {
    const steps = [...config.steps].sort((a, b) => a - b)
    const tells = config.circuit_breaker || config.method === 'pause' || !linked('overflow')
    const own = new Subject<Insight>()
    let state: 'open' | 'backing off' | 'trying' = 'open'
    /** The step last taken; -1 after a success. */
    let step = -1
    let timer: Timer | null = null
    let probe: (() => void) | undefined
    let closed = false

    return {
      flow: perEvent((event, _port, out) => {
        event.transactional = true
        if (mayPass()) out.next(['out', event])
        else {
          event.flight?.note('overflow', 'backing off: what lies below failed or was slow')
          out.next(['overflow', event])
        }
      }),
      contraflow: (insights) =>
        merge(
          own,
          perInsight((insight, port, up) => {
            // How events fare that overflowed to somewhere else says nothing of what they were kept from.
            if (port === 'out') judge(insight)
            if (insight.about === 'event') up.next(insight)
          })(insights),
        ),
    }

    /** While trying, one event is let through for each step; a target that can be probed gets none before it answers. */
    function mayPass(): boolean {
      if (state === 'open') return true
      if (state === 'backing off' || timer !== null || probe !== undefined) return false
      timer = clock.after(steps[step]!, () => {
        timer = null
        tell('open')
      })
      tell('close')
      return true
    }

    function judge(insight: Insight): void {
      const slow = insight.kind === 'ack' && (insight.elapsedMs ?? 0) > config.timeout
      if (insight.kind === 'fail' || insight.kind === 'close' || slow) backOff(insight)
      else if (state !== 'open') goOn()
    }

    /** Events that were under way when the first one failed fail too: while backing off they take no further step. */
    function backOff(insight: Insight): void {
      if (state === 'backing off') return
      state = 'backing off'
      step = Math.min(step + 1, steps.length - 1)
      probe = insight.probe
      timer?.cancel()
      timer = clock.after(steps[step]!, tryAgain)
      tell('close')
    }

    function tryAgain(): void {
      state = 'trying'
      timer = null
      if (probe !== undefined) probe()
      else tell('open')
    }

    function goOn(): void {
      state = 'open'
      step = -1
      probe = undefined
      timer?.cancel()
      timer = null
      tell('open')
    }

    function tell(kind: 'open' | 'close'): void {
      if (closed === (kind === 'close')) return
      closed = kind === 'close'
      if (tells) own.next({ kind, about: 'place', trail: null })
    }
  },
})
