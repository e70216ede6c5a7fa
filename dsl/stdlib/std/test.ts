import { FunctionError } from '#dsl/function.ts'
import { encodeJson } from '#dsl/json.ts'
import { same } from '#dsl/same.ts'
import { fn, frameFn, module } from '#dsl/stdlib.ts'

export default module({
  doc: 'What unit tests of scripts are written with.',
  registry: 'test',
  functions: {
    assert: frameFn({
      doc: 'Whether `got` is the same as `expected`, type for type. Under a test runner a difference is an error.',
      args: [
        ['what', 'any'],
        ['expected', 'any'],
        ['got', 'any'],
      ],
      returns: 'bool',
      examples: [
        ['test::assert("one is one", 1, 1)', 'true'],
        ['test::assert("one is no float", 1, 1.0)', 'false'],
      ],
      run: ({ host }, what, expected, got) => {
        if (same(expected, got)) return true
        if (host?.assertsRaise !== true) return false
        throw new FunctionError(
          `Assertion ${encodeJson(what)} failed: expected ${encodeJson(expected)}, got ${encodeJson(got)}`,
        )
      },
    }),
    suite: fn({
      doc: 'Groups tests for the test runner.',
      args: [],
      open: true,
      returns: 'null',
      examples: [['test::suite({"name": "mine", "suite": {"name": "mine", "tests": []}})', 'null']],
      run: () => null,
    }),
    test: fn({
      doc: 'Names a test for the test runner.',
      args: [],
      open: true,
      returns: 'null',
      examples: [['test::test({"name": "mine", "test": true})', 'null']],
      run: () => null,
    }),
  },
})
