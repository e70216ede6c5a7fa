import { map, tap } from 'rxjs'
import { duration, number } from '../../config.ts'
import type { Insight } from '../../insight.ts'
import { defineOperator } from '../../operator.ts'

/** The share of events is measured in parts of this, as in tremor (op/qos/percentile.rs). */
const parts = 0xffff

export default defineOperator({
  doc: `Lets a share of the events through, at first all of them. Each event that fails, or is answered later than \`timeout\`, takes
\`step_down\` off the share; each good one adds \`step_up\`. The rest leaves by \`overflow\`. Which events these are follows from the
nanoseconds of their arrival: no chance is involved, and the same events are treated the same.`,
  config: {
    timeout: duration('An answer that takes longer than this is bad.', { unit: 'ms', required: true }),
    step_down: number('What a bad event takes off the share.', { default: 0.05, min: 0, max: 1 }),
    step_up: number('What a good event adds to the share.', { default: 0.001, min: 0, max: 1 }),
  },
  ports: ['out', 'overflow'],
  examples: [
    {
      title: 'When everything failed nothing is let through, until something succeeds',
      with: { timeout: 100, step_down: 1, step_up: 1 },
      in: 'a-b-c',
      insights: { out: '-f-a-' },
      out: { out: 'a---c', overflow: '--b--' },
    },
    {
      title: 'A share between is let through by the time of arrival',
      with: { timeout: 100, step_down: 0.5 },
      in: 'a-b-c-d',
      insights: { out: '-f-----' },
      out: { out: 'a---c--', overflow: '--b---d' },
    },
  ],
  create({ timeout, step_down, step_up }) {
    let share = 1
    return {
      flow: (events) =>
        events.pipe(
          map(([, event]) => {
            event.transactional = true
            if (Number(event.ingestNs % BigInt(parts)) / parts <= share) return ['out', event]
            event.flight?.note('overflow', 'shedding load: what lies below failed or was slow')
            return ['overflow', event]
          }),
        ),
      contraflow: (insights) =>
        insights.pipe(
          map(([, insight]) => insight),
          tap((insight) => {
            if (insight.about === 'event') judge(insight)
          }),
        ),
    }

    function judge(insight: Insight): void {
      const bad = insight.kind === 'fail' || insight.kind === 'close' || (insight.elapsedMs ?? 0) > timeout
      share = bad ? Math.max(0, share - step_down) : Math.min(1, share + step_up)
    }
  },
})
