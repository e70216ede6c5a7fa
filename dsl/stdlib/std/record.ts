import { FunctionError } from '#dsl/function.ts'
import { encodeJson } from '#dsl/json.ts'
import { fn, module } from '#dsl/stdlib.ts'
import type { Value } from '#dsl/value.ts'

export default module({
  doc: 'Questions about records, and new records made from old ones. Fields keep their order.',
  registry: 'record',
  functions: {
    len: fn({
      doc: 'How many fields the record has.',
      args: [['record', 'record']],
      returns: 'integer',
      examples: [['record::len({"a": 1, "b": 2})', '2']],
      run: (record) => Object.keys(record).length,
    }),
    is_empty: fn({
      doc: 'Whether the record has no fields.',
      args: [['record', 'record']],
      returns: 'bool',
      examples: [
        ['record::is_empty({})', 'true'],
        ['record::is_empty({"a": null})', 'false'],
      ],
      run: (record) => Object.keys(record).length === 0,
    }),
    contains: fn({
      doc: 'Whether the record has a field of this name.',
      args: [
        ['record', 'record'],
        ['name', 'string'],
      ],
      returns: 'bool',
      examples: [
        ['record::contains({"a": null}, "a")', 'true'],
        ['record::contains({}, "constructor")', 'false'],
      ],
      run: (record, name) => Object.hasOwn(record, name),
    }),
    keys: fn({
      doc: 'The names of the fields.',
      args: [['record', 'record']],
      returns: 'array',
      examples: [['record::keys({"b": 1, "a": 2})', '["b","a"]']],
      run: (record) => Object.keys(record),
    }),
    values: fn({
      doc: 'The values of the fields.',
      args: [['record', 'record']],
      returns: 'array',
      examples: [['record::values({"b": 1, "a": [2]})', '[1,[2]]']],
      run: (record) => Object.values(record),
    }),
    to_array: fn({
      doc: 'The fields as pairs of name and value.',
      args: [['record', 'record']],
      returns: 'array',
      examples: [['record::to_array({"b": 1, "a": 2})', '[["b",1],["a",2]]']],
      run: (record) => Object.entries(record),
    }),
    from_array: fn({
      doc: 'A record from pairs of name and value. Of equal names the last wins.',
      args: [['pairs', 'array']],
      returns: 'record',
      examples: [
        ['record::from_array([["a", 1], ["b", 2]])', '{"a":1,"b":2}'],
        ['record::from_array([[1, 2]])', 'error: A field is made of a name and a value, found [1,2]'],
      ],
      run: (pairs) => Object.fromEntries(pairs.map(asField)),
    }),
    select: fn({
      doc: 'The record with only the fields of these names; names it does not have are passed over.',
      args: [
        ['record', 'record'],
        ['names', 'array'],
      ],
      returns: 'record',
      examples: [['record::`select`({"a": 1, "b": 2}, ["b", "c"])', '{"b":2}']],
      run: (record, names) => {
        const wanted = new Set(names)
        return Object.fromEntries(Object.entries(record).filter(([name]) => wanted.has(name)))
      },
    }),
    merge: fn({
      doc: 'The fields of both records; of equal names the right one wins. Nested records are not merged, nulls are kept.',
      args: [
        ['left', 'record'],
        ['right', 'record'],
      ],
      returns: 'record',
      examples: [
        ['record::`merge`({"a": 1, "b": {"x": 1}}, {"b": {}, "c": null})', '{"a":1,"b":{},"c":null}'],
      ],
      run: (left, right) => ({ ...left, ...right }),
    }),
    rename: fn({
      doc: 'The record with fields renamed: `names` maps old names to new ones.',
      args: [
        ['record', 'record'],
        ['names', 'record'],
      ],
      returns: 'record',
      examples: [['record::rename({"a": 1, "b": 2}, {"a": "A", "z": "Z"})', '{"A":1,"b":2}']],
      run: (record, names) =>
        Object.fromEntries(
          Object.entries(record).map(([name, value]) => {
            const renamed = Object.hasOwn(names, name) ? names[name] : undefined
            return [typeof renamed === 'string' ? renamed : name, value]
          }),
        ),
    }),
  },
})

function asField(value: Value): [string, Value] {
  if (Array.isArray(value) && value.length === 2 && typeof value[0] === 'string') return [value[0], value[1]]
  throw new FunctionError(`A field is made of a name and a value, found ${encodeJson(value)}`)
}
