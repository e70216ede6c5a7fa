import type { Origin } from '#dsl/program.ts'
import { frameFn, module } from '#dsl/stdlib.ts'

export default module({
  doc: 'Where the event came from. Everything is null for an event without an origin.',
  registry: 'origin',
  functions: {
    scheme: frameFn({
      doc: 'The kind of onramp: `tremor-rest`.',
      args: [],
      returns: ['string', 'null'],
      examples: [['origin::scheme()', '"snot"']],
      run: ({ origin }) => origin?.scheme ?? null,
    }),
    host: frameFn({
      doc: 'The host it came from.',
      args: [],
      returns: ['string', 'null'],
      examples: [['origin::host()', '"test"']],
      run: ({ origin }) => origin?.host ?? null,
    }),
    port: frameFn({
      doc: 'The port it came from, null if there is none.',
      args: [],
      returns: ['integer', 'null'],
      examples: [['origin::port()', '23']],
      run: ({ origin }) => origin?.port ?? null,
    }),
    path: frameFn({
      doc: 'The segments of the path.',
      args: [],
      returns: ['array', 'null'],
      examples: [['origin::path()', '["snot"]']],
      run: ({ origin }) => origin?.path ?? null,
    }),
    as_uri_string: frameFn({
      doc: 'The origin in one line.',
      args: [],
      returns: ['string', 'null'],
      examples: [['origin::as_uri_string()', '"snot://test:23/snot"']],
      run: ({ origin }) => (origin === null ? null : asUri(origin)),
    }),
    as_uri_record: frameFn({
      doc: 'The origin as a record of scheme, host, port and path.',
      args: [],
      returns: ['record', 'null'],
      examples: [['origin::as_uri_record()', '{"scheme":"snot","host":"test","port":23,"path":["snot"]}']],
      run: ({ origin }) =>
        origin && { scheme: origin.scheme, host: origin.host, port: origin.port, path: origin.path },
    }),
  },
})

function asUri({ scheme, host, port, path }: Origin): string {
  const place = port === null ? host : `${host}:${port}`
  return `${scheme}://${[place, ...path].join('/')}`
}
