import { fn, module } from '#dsl/stdlib.ts'

const NAMES = ['sampled', 'unused1', 'unused2', 'unused3', 'unused4', 'unused5', 'unused6', 'unused7']

export default module({
  doc: 'Trace flags of log records (W3C Trace Context, with the sampled flag where tremor has it: 128).',
  registry: 'cncf::otel::logs::traceflags',
  functions: {
    from_int: fn({
      doc: 'Each flag by its name, as the text " true" or " false": tremor writes the blank, and scripts may compare it.',
      args: [['flags', 'integer']],
      returns: 'record',
      examples: [
        [
          'traceflags::from_int(129)',
          '{"sampled":" true","unused1":" false","unused2":" false","unused3":" false","unused4":" false","unused5":" false","unused6":" false","unused7":" true"}',
        ],
      ],
      run: (flags) => {
        const bits = BigInt(flags)
        return Object.fromEntries(NAMES.map((name, at) => [name, ` ${(bits & (128n >> BigInt(at))) !== 0n}`]))
      },
    }),
    is_valid: fn({
      doc: 'Whether the sampled flag is set and no other.',
      args: [['flags', 'any']],
      returns: 'bool',
      examples: [
        ['traceflags::is_valid(128)', 'true'],
        ['traceflags::is_valid(129)', 'false'],
      ],
      run: (flags) => flags === 128,
    }),
    make_default: fn({
      doc: 'The flags of a record that gives none.',
      args: [],
      returns: 'integer',
      examples: [['traceflags::make_default()', '0']],
      run: () => 0,
    }),
  },
})
