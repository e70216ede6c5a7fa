import { defineCheck } from '../model.ts'
import { placeOf } from '../yaml.ts'

export default defineCheck({
  code: 'E0709',
  title: 'ramp is not linked',
  explain:
    'Answers flow back only through ramps with "linked: true": a link into an onramp, or out of an offramp, needs it, and only some types of ramps can do it. Errors of an unlinked offramp have no port either.',
  wrong:
    'onramp:\n  - id: in\n    type: rest\nbinding:\n  - id: main\n    links:\n      /pipeline/system::passthrough/{instance}/out: /onramp/in/{instance}/in',
  right:
    'onramp:\n  - id: in\n    type: rest\n    linked: true\nbinding:\n  - id: main\n    links:\n      /pipeline/system::passthrough/{instance}/out: /onramp/in/{instance}/in',
  *run(model) {
    for (const spec of [...model.config.onramps, ...model.config.offramps]) {
      if (!spec.linked || spec.definition === undefined || spec.definition.linkable) continue
      const span = placeOf(spec.written, ['linked'], 'value')
      yield {
        message: `${spec.kind === 'onramp' ? 'Onramps' : 'Offramps'} of type "${spec.type}" cannot be linked`,
        labels: [{ span }],
        help: 'Leave "linked:" out',
      }
    }
    for (const { from, to } of model.links) {
      for (const [end, kind] of [
        [to, 'onramp'],
        [from, 'offramp'],
      ] as const) {
        const artefact = end.address.kind === kind ? model.find(end.address) : undefined
        if (artefact === undefined || artefact.kind === 'pipeline' || artefact.spec.linked) continue
        if (end.address.port === 'metrics') continue
        const { id, span, builtin } = { ...artefact.spec, builtin: artefact.builtin }
        yield {
          message:
            kind === 'onramp'
              ? `The onramp "${id}" takes no answers: it is not linked`
              : `The offramp "${id}" hands no answers on: it is not linked`,
          labels: [{ span: end.span }, ...(builtin ? [] : [{ span, message: 'defined here' }])],
          help: 'Add "linked: true" to it',
        }
      }
    }
  },
})
