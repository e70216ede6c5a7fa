import { addressOf, defineCheck } from '../model.ts'

export default defineCheck({
  code: 'E0711',
  title: 'required port is not linked',
  explain:
    'An onramp with "err_required: true" takes no events before its port "err" is linked, so it would never take any.',
  wrong:
    'onramp:\n  - { id: in, type: rest, err_required: true }\nbinding:\n  - id: main\n    links:\n      /onramp/in/01/out: /pipeline/system::passthrough/01/in\nmapping:\n  /binding/main/01: {}',
  right:
    'onramp:\n  - { id: in, type: rest, err_required: true }\nbinding:\n  - id: main\n    links:\n      /onramp/in/01/out: /pipeline/system::passthrough/01/in\n      /onramp/in/01/err: /pipeline/system::passthrough/01/in\nmapping:\n  /binding/main/01: {}',
  *run(model) {
    const linked = new Set(model.links.map(({ from }) => `${addressOf(from)}/${from.address.port}`))
    const seen = new Set<string>()
    for (const { from } of model.links) {
      const artefact = from.address.kind === 'onramp' ? model.find(from.address) : undefined
      const address = addressOf(from)
      if (artefact?.kind !== 'onramp' || !artefact.spec.errRequired || seen.has(address)) continue
      seen.add(address)
      if (linked.has(`${address}/err`)) continue
      yield {
        message: `The onramp "${artefact.spec.id}" has "err_required: true", but its port "err" leads nowhere`,
        labels: [{ span: artefact.spec.span }],
        help: `Link "${address}/err" to a pipeline that answers, or leave "err_required" out`,
      }
    }
  },
})
