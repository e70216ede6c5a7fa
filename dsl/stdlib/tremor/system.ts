import { integer } from '#dsl/number.ts'
import { frameFn, module } from '#dsl/stdlib.ts'

export default module({
  doc: 'The running process and the time of the event.',
  registry: 'system',
  functions: {
    hostname: frameFn({
      doc: 'The name of the host.',
      args: [],
      returns: 'string',
      examples: [['type::is_string(system::hostname())', 'true']],
      run: ({ host }) => host?.hostname ?? 'localhost',
    }),
    ingest_ns: frameFn({
      doc: 'When the event came in, in nanoseconds since 1970.',
      args: [],
      returns: 'integer',
      examples: [['system::ingest_ns() == system::ingest_ns()', 'true']],
      run: ({ ingestNs }) => integer(ingestNs)!,
    }),
    instance: frameFn({
      doc: 'The name of this instance.',
      args: [],
      returns: 'string',
      examples: [['system::instance()', '"tremor"']],
      run: ({ instance }) => instance,
    }),
    nanotime: frameFn({
      doc: 'The time now, in nanoseconds since 1970.',
      args: [],
      returns: 'integer',
      examples: [['type::is_integer(system::nanotime())', 'true']],
      run: ({ host, ingestNs }) => integer(host?.nanotime() ?? ingestNs)!,
    }),
    version: frameFn({
      doc: 'The version of the engine.',
      args: [],
      returns: 'string',
      examples: [['type::is_string(system::version())', 'true']],
      run: ({ host }) => host?.version ?? '0.0.0',
    }),
  },
})
