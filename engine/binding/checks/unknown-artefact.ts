import { nearest } from '#dsl/nearest.ts'
import { textOf } from '#dsl/source.ts'
import { placeholdersIn } from '../../address.ts'
import { defineCheck, endsOf, type Found, type Model } from '../model.ts'

export default defineCheck({
  code: 'E0701',
  title: 'unknown artefact',
  explain:
    'A link names an onramp, offramp or pipeline, a mapping names a binding, or an entry under "pipeline:" names a pipeline file, that no file defines. Pipelines are known by the stem of their file, or by its "#!config id".',
  wrong:
    'onramp:\n  - { id: in, type: rest }\nbinding:\n  - id: main\n    links:\n      /onramp/in/{instance}/out: /pipeline/system::passtrough/{instance}/in',
  right:
    'onramp:\n  - { id: in, type: rest }\nbinding:\n  - id: main\n    links:\n      /onramp/in/{instance}/out: /pipeline/system::passthrough/{instance}/in',
  *run(model) {
    if (model.config.incomplete) return
    for (const { address, span, link } of endsOf(model)) {
      if (address.kind === 'binding' || placeholdersIn(address.id).length > 0) continue
      if (model.find(address) !== undefined) continue
      const found = unknown(address.kind, address.id, span, model)
      const mapped = link.mapping !== undefined && !textOf(span).includes(address.id)
      yield mapped
        ? { ...found, labels: [...found.labels, { span: link.mapping.span, message: 'mapped here' }] }
        : found
    }
    for (const { address, span } of model.config.mappings) {
      if (!model.known('binding').includes(address.id)) yield unknown('binding', address.id, span, model)
    }
    for (const { query } of model.config.pipelines) {
      const file = query === undefined || model.config.queries.some(({ id }) => id === query.name)
      if (!file) yield unknown('pipeline', query.name, query.span, model, 'pipeline file')
    }
  },
})

function unknown(
  kind: 'onramp' | 'offramp' | 'pipeline' | 'binding',
  id: string,
  span: Found['labels'][0]['span'],
  model: Model,
  noun: string = kind,
): Found {
  const known = model.known(kind)
  const near = nearest(id, known)
  const elsewhere = (['onramp', 'offramp', 'pipeline'] as const).find(
    (other) => other !== kind && model.known(other).includes(id),
  )
  const help =
    near !== undefined
      ? `Did you mean "${near}"?`
      : elsewhere !== undefined
        ? `There is an ${elsewhere} of this name: write "/${elsewhere}/${id}/…"`.replace(
            'an pipeline',
            'a pipeline',
          )
        : known.length === 0
          ? `No file defines any ${noun}`
          : `Known: ${known.map((each) => `"${each}"`).join(', ')}`
  return { message: `There is no ${noun} "${id}"`, labels: [{ span, message: `no such ${noun}` }], help }
}
