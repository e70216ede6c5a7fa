import { map } from 'rxjs'
import { fieldOf } from '#dsl/value.ts'
import { text } from '../../config.ts'
import { defineOperator } from '../../operator.ts'

export default defineOperator({
  doc: 'Writes down that an event came by, and its id: appends `evt: OP(ID)` to the list `$[name]`.',
  config: {
    op: text('What the entry calls this place.', { required: true, examples: ['after enrichment'] }),
    name: text('The field of `$` that holds the list.', { required: true, examples: ['history'] }),
  },
  ports: ['out'],
  examples: [
    {
      title: 'The event itself passes as it is',
      with: { op: 'here', name: 'history' },
      in: 'a-b',
      out: { out: 'a-b' },
    },
  ],
  create: ({ op, name }) => ({
    flow: (events) =>
      events.pipe(
        map(([, event]) => {
          const before = fieldOf(event.meta, name)
          const entries = Array.isArray(before) ? before : []
          event.meta = { ...event.meta, [name]: [...entries, `evt: ${op}(${event.id})`] }
          return ['out', event]
        }),
      ),
  }),
})
