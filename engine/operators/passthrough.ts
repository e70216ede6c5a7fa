import { map } from 'rxjs'
import { defineOperator } from '../operator.ts'

export default defineOperator({
  doc: 'Hands every event on as it is.',
  config: {},
  ports: ['out'],
  examples: [{ title: 'What comes in goes out', with: {}, in: 'a-b', out: { out: 'a-b' } }],
  create: () => ({ flow: (events) => events.pipe(map(([, event]) => ['out', event])) }),
})
