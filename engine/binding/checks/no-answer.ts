import { addressOf, defineCheck } from '../model.ts'

export default defineCheck({
  code: 'W0725',
  title: 'nothing answers a linked onramp',
  explain:
    'A linked onramp waits for an answer to each request, and no link leads back to it, so the engine answers every request by itself.',
  wrong:
    'onramp:\n  - { id: in, type: rest, linked: true }\nbinding:\n  - id: main\n    links:\n      /onramp/in/{instance}/out: /pipeline/system::passthrough/{instance}/in',
  right:
    'onramp:\n  - { id: in, type: rest, linked: true }\nbinding:\n  - id: main\n    links:\n      /onramp/in/{instance}/out: /pipeline/system::passthrough/{instance}/in\n      /pipeline/system::passthrough/{instance}/out: /onramp/in/{instance}/in',
  *run(model) {
    const answered = new Set(
      model.links.filter(({ to }) => to.address.kind === 'onramp').map(({ to }) => addressOf(to)),
    )
    for (const { from } of model.links) {
      const artefact = from.address.kind === 'onramp' ? model.find(from.address) : undefined
      if (artefact?.kind !== 'onramp' || !artefact.spec.linked || answered.has(addressOf(from))) continue
      yield {
        message: `Nothing leads back to the linked onramp "${artefact.spec.id}": every request is answered 500 (dropped)`,
        labels: [{ span: artefact.spec.span }],
        help: `Link a pipeline to "${addressOf(from)}/in", or leave "linked: true" out`,
      }
    }
  },
})
