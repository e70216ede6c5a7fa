import { fieldOf, isRecord, type Rec } from '#dsl/value.ts'
import { RequestMeta } from '../../http/request-meta.ts'
import { defineOperator } from '../../operator.ts'
import { perEvent } from '../../per-event.ts'

export default defineOperator({
  doc: `Lets requests go on with the path and query that they came with: \`$endpoint\` becomes \`{path, query}\` of \`$request.url\`, unless
something before said otherwise. Where to is the offramp's to say. Events without \`$request.url\` go on as they are.`,
  config: {},
  ports: ['out'],
  examples: [
    {
      title: 'Path and query are those of the request',
      with: {},
      in: 'a-b',
      meta: { request: { url: { scheme: 'http', host: 'shop.example', path: '/items', query: 'page=2' } } },
      out: { out: 'a-b' },
    },
  ],
  create: () => ({
    flow: perEvent((event, _port, out) => {
      const { described } = event
      if (!(described instanceof RequestMeta)) event.meta = forwarded(event.meta)
      else if (!described.asAsked) event.meta = described.toAsAsked()
      out.next(['out', event])
    }),
  }),
})

function forwarded(meta: Rec): Rec {
  if (fieldOf(meta, 'endpoint') !== undefined) return meta
  const request = fieldOf(meta, 'request')
  const url = request !== undefined && isRecord(request) ? fieldOf(request, 'url') : undefined
  if (url === undefined || !isRecord(url)) return meta
  const { scheme: _scheme, host: _host, port: _port, ...endpoint } = url
  return { ...meta, endpoint }
}
