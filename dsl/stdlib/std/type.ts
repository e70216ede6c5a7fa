import { fn, module } from '#dsl/stdlib.ts'
import { Float, isRecord, type Value } from '#dsl/value.ts'

export default module({
  doc: 'What kind of value a value is.',
  registry: 'type',
  functions: {
    as_string: fn({
      doc: 'The name of the type: null, bool, integer, float, string, bytes, array or record.',
      args: [['value', 'any']],
      returns: 'string',
      examples: [
        ['type::as_string(1)', '"integer"'],
        ['type::as_string(1.0)', '"float"'],
        ['type::as_string(<< 1 >>)', '"bytes"'],
        ['type::as_string({})', '"record"'],
      ],
      run: nameOf,
    }),
    is_null: fn({
      doc: 'Whether it is null.',
      args: [['value', 'any']],
      returns: 'bool',
      examples: [['type::is_null(null)', 'true']],
      run: (value) => value === null,
      inline: (value) => `(${value} === null)`,
    }),
    is_bool: fn({
      doc: 'Whether it is true or false.',
      args: [['value', 'any']],
      returns: 'bool',
      examples: [['type::is_bool(false)', 'true']],
      run: (value) => typeof value === 'boolean',
      inline: (value) => `(typeof ${value} === "boolean")`,
    }),
    is_integer: fn({
      doc: 'Whether it is a number without a fraction part.',
      args: [['value', 'any']],
      returns: 'bool',
      examples: [
        ['type::is_integer(1)', 'true'],
        ['type::is_integer(1.0)', 'false'],
      ],
      run: isInteger,
    }),
    is_float: fn({
      doc: 'Whether it is a number with a fraction part, be it zero.',
      args: [['value', 'any']],
      returns: 'bool',
      examples: [
        ['type::is_float(1.0)', 'true'],
        ['type::is_float(1)', 'false'],
      ],
      run: isFloat,
    }),
    is_number: fn({
      doc: 'Whether it is an integer or a float.',
      args: [['value', 'any']],
      returns: 'bool',
      examples: [
        ['type::is_number(1.5)', 'true'],
        ['type::is_number("1.5")', 'false'],
      ],
      run: (value) => isInteger(value) || isFloat(value),
    }),
    is_string: fn({
      doc: 'Whether it is a string.',
      args: [['value', 'any']],
      returns: 'bool',
      examples: [['type::is_string("")', 'true']],
      run: (value) => typeof value === 'string',
      inline: (value) => `(typeof ${value} === "string")`,
    }),
    is_array: fn({
      doc: 'Whether it is an array.',
      args: [['value', 'any']],
      returns: 'bool',
      examples: [
        ['type::is_array([])', 'true'],
        ['type::is_array({})', 'false'],
      ],
      run: (value) => Array.isArray(value),
      inline: (value) => `Array.isArray(${value})`,
    }),
    is_record: fn({
      doc: 'Whether it is a record.',
      args: [['value', 'any']],
      returns: 'bool',
      examples: [
        ['type::is_record({})', 'true'],
        ['type::is_record([])', 'false'],
        ['type::is_record(1.0)', 'false'],
      ],
      run: isRecord,
    }),
    is_binary: fn({
      doc: 'Whether it is bytes.',
      args: [['value', 'any']],
      returns: 'bool',
      examples: [
        ['type::is_binary(<< 1 >>)', 'true'],
        ['type::is_binary("a")', 'false'],
      ],
      run: (value) => value instanceof Uint8Array,
    }),
  },
})

function nameOf(value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  if (value instanceof Uint8Array) return 'bytes'
  if (Array.isArray(value)) return 'array'
  if (isInteger(value)) return 'integer'
  return isFloat(value) ? 'float' : 'record'
}

function isInteger(value: Value): boolean {
  return typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))
}

function isFloat(value: Value): boolean {
  return value instanceof Float || (typeof value === 'number' && !Number.isInteger(value))
}
