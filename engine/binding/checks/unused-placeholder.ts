import { placeholdersIn, printAddress } from '../../address.ts'
import { defineCheck } from '../model.ts'

export default defineCheck({
  code: 'W0723',
  title: 'placeholder nobody uses',
  explain: 'A mapping says what a name stands for, and no link of its binding holds this name.',
  wrong:
    'binding:\n  - id: main\n    links: { /onramp/in/01/out: /pipeline/handling/01/in }\nmapping:\n  /binding/main/01: { zone: eu }',
  right:
    'binding:\n  - id: main\n    links: { /onramp/in/01/out: /pipeline/handling/01/in }\nmapping:\n  /binding/main/01: {}',
  *run({ config }) {
    for (const { address, values, spanOf } of config.mappings) {
      const binding = config.bindings.find(({ id }) => id === address.id)
      if (binding === undefined || binding.links.length === 0) continue
      const used = new Set(
        binding.links.flatMap(({ from, to }) =>
          [from, to].flatMap((end) => placeholdersIn(printAddress(end.address))),
        ),
      )
      for (const name of Object.keys(values)) {
        if (used.has(name)) continue
        yield {
          message: `No link of the binding "${address.id}" uses "{${name}}"`,
          labels: [{ span: spanOf(name) }],
          help:
            used.size === 0
              ? 'Leave it out'
              : `Its links use ${[...used].map((each) => `"{${each}}"`).join(', ')}`,
        }
      }
    }
  },
})
