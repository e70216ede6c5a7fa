import { defineCheck } from '../model.ts'

export default defineCheck({
  code: 'W0722',
  title: 'binding without mapping',
  explain:
    'A binding is a pattern; what runs is what "mapping:" makes of it. Nothing of a binding that no mapping names is started.',
  wrong: 'binding:\n  - id: main\n    links: {}',
  right: 'binding:\n  - id: main\n    links: {}\nmapping:\n  /binding/main/01: {}',
  *run({ config }) {
    for (const { id, span } of config.bindings) {
      if (config.mappings.some(({ address }) => address.id === id)) continue
      yield {
        message: `Nothing maps the binding "${id}", so nothing of it runs`,
        labels: [{ span }],
        help: `Add it under "mapping:", for example "/binding/${id}/01" with instance: "01"`,
      }
    }
  },
})
