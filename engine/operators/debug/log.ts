import { map } from 'rxjs'
import { fieldOf } from '#dsl/value.ts'
import { list, oneOf, text } from '../../config.ts'
import { defineOperator } from '../../operator.ts'

export default defineOperator({
  doc: 'Writes a line to the log for each event: a message, the id of the event, and the fields of `$` it is asked for.',
  config: {
    message: text('What the line says.', { required: true, examples: ['dispatch'] }),
    meta: list(
      'Fields of `$` that become fields of the line; those that an event lacks are left out.',
      text('A field.', {
        check: (name: string) =>
          taken.has(name) ? 'is a field that every line has: store the value under another name' : undefined,
      }),
      { default: [], examples: [['dispatch', 'correlation']] },
    ),
    level: oneOf('How much it matters.', ['debug', 'info', 'warn', 'error'], { default: 'info' }),
  },
  ports: ['out'],
  examples: [
    {
      title: 'The event itself passes as it is',
      with: { message: 'seen', meta: ['from'] },
      in: 'a-b',
      meta: { from: 'here' },
      out: { out: 'a-b' },
    },
  ],
  create: ({ message, meta, level }, { log, address }) => ({
    flow: (events) =>
      events.pipe(
        map(([, event]) => {
          const line: Record<string, unknown> = { node: address, event_id: event.id.toString() }
          for (const name of meta) line[name] = fieldOf(event.meta, name)
          log[level](line, message)
          return ['out', event]
        }),
      ),
  }),
})

/** Fields of the log's own (`engine/log.ts`), and those this operator adds. */
const taken: ReadonlySet<string> = new Set([
  'level',
  'time',
  'msg',
  'node',
  'event_id',
  'pid',
  'hostname',
  'err',
])
