import { fn, module } from '#dsl/stdlib.ts'

const KINDS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']

export default module({
  doc: 'Severity numbers of log records (OpenTelemetry logs data model).',
  registry: 'cncf::otel::logs::severity',
  functions: {
    to_string: fn({
      doc: 'The short name of a severity number.',
      args: [['severity', 'any']],
      returns: 'string',
      examples: [
        ['severity::to_string(9)', '"INFO"'],
        ['severity::to_string(severity::warn2)', '"WARN2"'],
        ['severity::to_string(99)', '"Unsupported severity code"'],
      ],
      run: (severity) => {
        if (
          typeof severity !== 'number' ||
          !(severity >= 1 && severity <= 24) ||
          !Number.isInteger(severity)
        ) {
          return 'Unsupported severity code'
        }
        const level = ((severity - 1) % 4) + 1
        return `${KINDS[Math.floor((severity - 1) / 4)]}${level === 1 ? '' : level}`
      },
    }),
    indicates_error: fn({
      doc: 'Whether the severity is ERROR or graver.',
      args: [['severity', 'number']],
      returns: 'bool',
      examples: [
        ['severity::indicates_error(severity::error)', 'true'],
        ['severity::indicates_error(severity::warn4)', 'false'],
      ],
      run: (severity) => (typeof severity === 'object' ? severity.value : severity) >= 17,
    }),
    make_default: fn({
      doc: 'The severity of a record that gives none: INFO.',
      args: [],
      returns: 'integer',
      examples: [['severity::make_default()', '9']],
      run: () => 9,
    }),
  },
  constants: {
    unspecified: [0, 'No severity is given.'],
    trace: [1, 'A step of the program: TRACE.'],
    trace2: [2, 'A step of the program, level 2 of 4: TRACE2.'],
    trace3: [3, 'A step of the program, level 3 of 4: TRACE3.'],
    trace4: [4, 'A step of the program, level 4 of 4: TRACE4.'],
    debug: [5, 'A detail for debugging: DEBUG.'],
    debug2: [6, 'A detail for debugging, level 2 of 4: DEBUG2.'],
    debug3: [7, 'A detail for debugging, level 3 of 4: DEBUG3.'],
    debug4: [8, 'A detail for debugging, level 4 of 4: DEBUG4.'],
    info: [9, 'Something of note happened: INFO.'],
    info2: [10, 'Something of note happened, level 2 of 4: INFO2.'],
    info3: [11, 'Something of note happened, level 3 of 4: INFO3.'],
    info4: [12, 'Something of note happened, level 4 of 4: INFO4.'],
    warn: [13, 'Something may be wrong: WARN.'],
    warn2: [14, 'Something may be wrong, level 2 of 4: WARN2.'],
    warn3: [15, 'Something may be wrong, level 3 of 4: WARN3.'],
    warn4: [16, 'Something may be wrong, level 4 of 4: WARN4.'],
    error: [17, 'Something went wrong: ERROR.'],
    error2: [18, 'Something went wrong, level 2 of 4: ERROR2.'],
    error3: [19, 'Something went wrong, level 3 of 4: ERROR3.'],
    error4: [20, 'Something went wrong, level 4 of 4: ERROR4.'],
    fatal: [21, 'The program cannot go on: FATAL.'],
    fatal2: [22, 'The program cannot go on, level 2 of 4: FATAL2.'],
    fatal3: [23, 'The program cannot go on, level 3 of 4: FATAL3.'],
    fatal4: [24, 'The program cannot go on, level 4 of 4: FATAL4.'],
  },
})
