import { nearest } from '#dsl/nearest.ts'
import { placeholdersIn, printAddress } from '../../address.ts'
import { defineCheck, endsOf } from '../model.ts'

export default defineCheck({
  code: 'E0707',
  title: 'unmapped placeholder',
  explain:
    'A link of a binding holds "{name}", and a mapping of this binding does not say what the name stands for. (tremor makes an empty text of it.)',
  wrong:
    'binding:\n  - id: main\n    links:\n      /onramp/in/{instance}/out: /pipeline/system::passthrough/{instance}/in\nmapping:\n  /binding/main/01: {}',
  right:
    'binding:\n  - id: main\n    links:\n      /onramp/in/{instance}/out: /pipeline/system::passthrough/{instance}/in\nmapping:\n  /binding/main/01:\n    instance: "01"',
  *run(model) {
    for (const { address, span, link } of endsOf(model)) {
      if (link.mapping === undefined) continue
      for (const name of placeholdersIn(printAddress(address))) {
        const { values, address: binding, span: mapped } = link.mapping
        const near = nearest(name, Object.keys(values))
        const label = link.mapping.spanOf(near ?? name)
        yield {
          message: `The mapping "${printAddress(binding)}" does not say what "{${name}}" stands for`,
          labels: [
            { span: near === undefined ? mapped : label, message: `"${name}" is missing here` },
            { span, message: 'used here' },
          ],
          help: near === undefined ? `Add ${name}: "${binding.instance}"` : `Rename "${near}" to "${name}"`,
        }
      }
    }
  },
})
