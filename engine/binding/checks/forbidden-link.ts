import type { Kind } from '../../address.ts'
import { defineCheck } from '../model.ts'

const allowed: readonly `${Kind} ${Kind}`[] = [
  'onramp pipeline',
  'pipeline pipeline',
  'pipeline offramp',
  'pipeline onramp',
  'offramp pipeline',
]

export default defineCheck({
  code: 'E0703',
  title: 'forbidden kind of link',
  explain:
    'Links lead from an onramp to a pipeline, from a pipeline to a pipeline, an offramp or (answers) a linked onramp, and from a linked offramp to a pipeline. Between two ramps stands a pipeline; "/pipeline/system::passthrough/…" hands events on as they are.',
  wrong: 'binding:\n  - id: main\n    links:\n      /onramp/in/{instance}/out: /offramp/out/{instance}/in',
  right:
    'binding:\n  - id: main\n    links:\n      /onramp/in/{instance}/out: /pipeline/system::passthrough/{instance}/in\n      /pipeline/system::passthrough/{instance}/out: /offramp/out/{instance}/in',
  *run({ links }) {
    for (const { from, to } of links) {
      const [a, b] = [from.address.kind, to.address.kind]
      if (allowed.includes(`${a} ${b}`)) continue
      const ramps = a !== 'binding' && b !== 'binding'
      yield {
        message: `${a === 'onramp' || a === 'offramp' ? 'An' : 'A'} ${a} cannot be linked to ${b === 'onramp' || b === 'offramp' ? 'an' : 'a'} ${b}`,
        labels: [
          { span: to.span, message: `this is ${b === 'onramp' || b === 'offramp' ? 'an' : 'a'} ${b}` },
          { span: from.span, message: 'linked from here' },
        ],
        help: ramps
          ? `Put a pipeline between: "/pipeline/system::passthrough/${to.address.instance}/in" hands events on as they are`
          : 'Only onramps, pipelines and offramps have ports',
      }
    }
  },
})
