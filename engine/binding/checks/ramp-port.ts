import { type Span, spanOf, textOf } from '#dsl/source.ts'
import { defineCheck } from '../model.ts'

export default defineCheck({
  code: 'W0726',
  title: 'ramp entered by another port than "in"',
  explain:
    'Onramps and offramps take events by the port "in". tremor takes them by any name and so does Temblor, but a reader may think that the name means something.',
  wrong:
    'offramp:\n  - { id: upstream, type: rest, config: { endpoint: http://webserver } }\nbinding:\n  - id: main\n    links:\n      /pipeline/system::passthrough/01/out: /offramp/upstream/01/out',
  right:
    'offramp:\n  - { id: upstream, type: rest, config: { endpoint: http://webserver } }\nbinding:\n  - id: main\n    links:\n      /pipeline/system::passthrough/01/out: /offramp/upstream/01/in',
  *run({ links }) {
    for (const { to } of links) {
      const { kind, id, port } = to.address
      if ((kind !== 'onramp' && kind !== 'offramp') || port === undefined || port === 'in') continue
      const place = placeOfPort(to.span, port)
      yield {
        message: `The ${kind} "${id}" takes events by "in", found "${port}"`,
        labels: [{ span: to.span }],
        help: `Write "/${kind}/${id}/${to.address.instance}/in"`,
        ...(place === undefined ? {} : { fix: [{ span: place, text: 'in' }] }),
      }
    }
  },
})

/** The last segment of an address as it is written. */
function placeOfPort(span: Span, port: string): Span | undefined {
  const end = textOf(span).lastIndexOf(`/${port}`)
  return end < 0 ? undefined : spanOf(span.source, span.start + end + 1, span.start + end + 1 + port.length)
}
