import { printAddress } from '../../address.ts'
import type { MappingSpec } from '../config.ts'
import { defineCheck } from '../model.ts'

export default defineCheck({
  code: 'E0706',
  title: 'duplicate id',
  explain:
    'Two artefacts of one kind have the same id, in one file or in several, so an address would not say which is meant.',
  wrong: 'onramp:\n  - { id: in, type: rest }\n  - { id: in, type: rest }',
  right: 'onramp:\n  - { id: in, type: rest }\n  - { id: also_in, type: rest, config: { port: 8001 } }',
  *run({ config }) {
    for (const kind of ['onramp', 'offramp', 'pipeline', 'binding'] as const) {
      const seen = new Map<string, (typeof config)[`${typeof kind}s`][number]>()
      for (const spec of config[`${kind}s`]) {
        const first = seen.get(spec.id)
        if (first === undefined) seen.set(spec.id, spec)
        else {
          yield {
            message: `There are two ${kind}s "${spec.id}"`,
            labels: [
              { span: spec.span, message: 'the second' },
              { span: first.span, message: 'the first' },
            ],
            help:
              kind === 'pipeline'
                ? 'Rename one of the files, or give it another "#!config id"'
                : 'Give one of them another id',
          }
        }
      }
    }
    const mapped = new Map<string, MappingSpec>()
    for (const mapping of config.mappings) {
      const address = printAddress(mapping.address)
      const first = mapped.get(address)
      if (first === undefined) mapped.set(address, mapping)
      else {
        yield {
          message: `"${address}" is mapped twice`,
          labels: [
            { span: mapping.span, message: 'the second' },
            { span: first.span, message: 'the first' },
          ],
          help: 'Give one of them another instance',
        }
      }
    }
  },
})
