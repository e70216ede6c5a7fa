import { FunctionError } from '#dsl/function.ts'
import { encodeJson } from '#dsl/json.ts'
import { same } from '#dsl/same.ts'
import { fn, module } from '#dsl/stdlib.ts'
import type { Value } from '#dsl/value.ts'
import { jsonText, spend } from '#dsl/work.ts'

export default module({
  doc: 'Questions about arrays, and new arrays made from old ones.',
  registry: 'array',
  functions: {
    len: fn({
      doc: 'How many elements the array has.',
      args: [['array', 'array']],
      returns: 'integer',
      examples: [
        ['array::len([])', '0'],
        ['array::len(["snot", "badger"])', '2'],
      ],
      run: (array) => array.length,
      inline: (array) => `(${array}).length`,
    }),
    is_empty: fn({
      doc: 'Whether the array has no elements.',
      args: [['array', 'array']],
      returns: 'bool',
      examples: [
        ['array::is_empty([])', 'true'],
        ['array::is_empty([null])', 'false'],
      ],
      run: (array) => array.length === 0,
      inline: (array) => `((${array}).length === 0)`,
    }),
    contains: fn({
      doc: 'Whether the array has an element that is the same as `element`, type for type: 1 is not 1.0.',
      args: [
        ['array', 'array'],
        ['element', 'any'],
      ],
      returns: 'bool',
      examples: [
        ['array::contains(["snot", {"a": [1]}], {"a": [1]})', 'true'],
        ['array::contains([1], 1.0)', 'false'],
      ],
      run: (array, element) => array.some((item) => same(item, element)),
    }),
    push: fn({
      doc: 'The array with one more element at its end.',
      args: [
        ['array', 'array'],
        ['element', 'any'],
      ],
      returns: 'array',
      examples: [['array::push([1, 2], 3)', '[1,2,3]']],
      run: (array, element) => [...array, element],
    }),
    zip: fn({
      doc: 'Pairs of the elements of two arrays of equal length.',
      args: [
        ['left', 'array'],
        ['right', 'array'],
      ],
      returns: 'array',
      examples: [
        ['array::zip(["a", "b"], [1, 2])', '[["a",1],["b",2]]'],
        ['array::zip([1], [])', 'error: Two arrays of one length can be zipped, found 1 and 0 elements'],
      ],
      run: (left, right) => {
        if (left.length === right.length) return left.map((item, at) => [item, right[at]!])
        throw new FunctionError(
          `Two arrays of one length can be zipped, found ${left.length} and ${right.length} elements`,
        )
      },
    }),
    unzip: fn({
      doc: 'Two arrays from an array of pairs: the first halves and the second halves.',
      args: [['pairs', 'array']],
      returns: 'array',
      examples: [
        ['array::unzip([["a", 1], ["b", 2]])', '[["a","b"],[1,2]]'],
        ['array::unzip([["a"]])', 'error: Only arrays of two elements can be unzipped, found ["a"]'],
      ],
      run: (pairs) => {
        const halves = pairs.map(asPair)
        return [halves.map(([first]) => first), halves.map(([, second]) => second)]
      },
    }),
    flatten: fn({
      doc: 'All elements in one array, however deep they were nested. What is no array becomes the one element of an array.',
      args: [['nested', 'any']],
      returns: 'array',
      examples: [
        ['array::flatten([["a", ["b"]], [], 1])', '["a","b",1]'],
        ['array::flatten("a")', '["a"]'],
      ],
      run: (nested) => (Array.isArray(nested) ? flattened(nested, []) : [nested]),
    }),
    coalesce: fn({
      doc: 'The elements that are not null.',
      args: [['array', 'array']],
      returns: 'array',
      examples: [['array::coalesce([1, null, [null]])', '[1,[null]]']],
      run: (array) => array.filter((item) => item !== null),
    }),
    join: fn({
      doc: 'One string of all elements with `separator` between them. What is no string is written as JSON.',
      args: [
        ['array', 'array'],
        ['separator', 'string'],
      ],
      returns: 'string',
      examples: [['array::join(["a", 1, 2.5, [null]], "/")', '"a/1/2.5/[null]"']],
      run: (array, separator) =>
        array.map((item) => (typeof item === 'string' ? item : jsonText(item))).join(separator),
    }),
  },
})

function asPair(value: Value): readonly [Value, Value] {
  if (Array.isArray(value) && value.length === 2) return [value[0], value[1]]
  throw new FunctionError(`Only arrays of two elements can be unzipped, found ${encodeJson(value)}`)
}

/** Values are shared: what nests in little memory may be long when it is laid out flat. */
function flattened(nested: readonly Value[], into: Value[]): Value[] {
  spend(nested.length + 1)
  for (const item of nested) {
    if (Array.isArray(item)) flattened(item, into)
    else into.push(item)
  }
  return into
}
