import { map } from 'rxjs'
import { defineOperator } from '../../operator.ts'
import { OPAQUE, Payload } from '../../payload.ts'

export default defineOperator({
  doc: 'Numbers the events, from 1: the value becomes `{"count": n, "event": value}`.',
  config: {},
  ports: ['out'],
  readsEvent: true,
  examples: [
    {
      title: 'Each event learns which one it is',
      with: {},
      in: 'a-b',
      out: { out: '{"count":1,"event":"a"}-{"count":2,"event":"b"}' },
    },
  ],
  create() {
    let count = 0
    return {
      flow: (events) =>
        events.pipe(
          map(([, event]) => {
            count++
            event.payload = Payload.of({ count, event: event.payload.value ?? OPAQUE })
            event.failure = null
            return ['out', event]
          }),
        ),
    }
  },
})
