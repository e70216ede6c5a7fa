/** What a script says when it fails, and where: line, column and tremor's words. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diagnosticOf } from '#dsl/emit/diagnostic.ts'
import { ScriptError } from '#dsl/program.ts'
import { textOf } from '#dsl/source.ts'
import { compile, frameOf, refused, run } from './support.ts'

/** Functions that recur: what was found out of a parameter in one round must not hide what is wrong in a later one. */
const follow =
  'use std::array;\nfn f(list, at) with\n  match at == array::len(list) of case true => at default => recur(list, list[at]) end\nend;\nf(event, 0)'
const inwards =
  'use std::array;\nfn f(list, n) with\n  match array::len(list) == 0 of case true => n default => recur(list[0], n + 1) end\nend;\nf(event, 0)'
const replaced =
  'use std::array;\nfn f(list, other) with\n  let n = array::len(list);\n  let list = other;\n  list[n]\nend;\nf([1], event)'
const elsewhere =
  'use std::array;\nfn f(list, other) with\n  let n = match other of case 1 => array::len(list) default => 1 end;\n  list[n]\nend;\nf("abc", event)'
const count =
  'fn f(a, n) with\n  match n == 3 of case false => recur(a + 1, n + 1) case true => a end\nend;\nf(event, 0)'

const failures: readonly (readonly [script: string, event: string, failure: string])[] = [
  ['event.a.b', '{"a":{}}', '1:9 Trying to access a non existing event key `b`'],
  ['event.a.b', '{"a":[1]}', '1:9 Conflicting types, got array but expected record'],
  ['event.a.b', '{"a":null}', '1:9 Conflicting types, got null but expected record'],
  ['event.toString', '{}', '1:7 Trying to access a non existing event key `toString`'],
  ['event.length', '[]', '1:7 Conflicting types, got array but expected record'],
  ['event["0"]', '"text"', '1:7 Conflicting types, got string but expected record'],
  ['event["0"]', '[1]', '1:7 Conflicting types, got array but expected record'],
  ['event["__proto__"].x', '{"a":1}', '1:7 Trying to access a non existing event key `__proto__`'],
  ['$request.method', '{}', '1:2 Trying to access a non existing global key `request`'],
  ['state.n', '{}', '1:7 Conflicting types, got null but expected record'],
  ['args.n', '{}', '1:6 Trying to access a non existing local key `n`'],
  [
    'event[3]',
    '[1,2,3]',
    '1:7 Array index out of bounds, got index 3 but expected an index in the range 0:3',
  ],
  ['event[0]', '{"0":1}', '1:7 Conflicting types, got record but expected array'],
  ['const i = 0; event[i]', '{"0":1}', '1:20 Conflicting types, got record but expected array'],
  ['let i = 0; event[i]', '{"0":1}', '1:18 Conflicting types, got integer but expected string'],
  ['event[0]', '"text"', '1:7 Conflicting types, got string but expected array'],
  ['event[event[0]]', '[-1]', '1:7 Bad array index, got `-1` but expected an index in the range 0:1'],
  ['event[event[0]]', '[1.0]', '1:7 Conflicting types, got float but expected integer'],
  ['event[2:1]', '[1,2,3]', "1:7 A range's end cannot be smaller than its start, 2:1 is invalid"],
  [
    'event[1:4]',
    '[1,2]',
    '1:7 Array index out of bounds, got index range 1:4 but expected a subrange of 0:2',
  ],
  [
    'event.a + 1',
    '{"a":"x"}',
    '1:1 The binary operation `+` is not defined for the type `string` and `integer`',
  ],
  [
    'event.a and true',
    '{"a":1}',
    '1:1 The binary operation `and` is not defined for the type `integer` and `boolean`',
  ],
  [
    'event.a < null',
    '{"a":1}',
    '1:1 The binary operation `<` is not defined for the type `integer` and `null`',
  ],
  ['event.a % 0', '{"a":1}', '1:1 The remainder of a division by zero is not defined'],
  [
    'event.a % 2',
    '{"a":1.5}',
    '1:1 The binary operation `%` is not defined for the type `float` and `integer`',
  ],
  [
    'event.a + 1',
    '{"a":18446744073709551615}',
    '1:1 The result of the operation `+` does not fit in an integer of 64 bits',
  ],
  [
    'event.a - 1',
    '{"a":-9223372036854775808}',
    '1:1 The result of the operation `-` does not fit in an integer of 64 bits',
  ],
  [
    '-event.a',
    '{"a":18446744073709551615}',
    '1:2 The result of the operation `-` does not fit in an integer of 64 bits',
  ],
  ['1 << event.a', '{"a":64}', '1:1 RHS value is larger than or equal to the number of bits in LHS value'],
  ['1 << event.a', '{"a":-1}', '1:1 RHS value is larger than or equal to the number of bits in LHS value'],
  ['not event.a', '{"a":1}', '1:5 The unary operation `not` is not defined for the type `integer`'],
  ['let event.a.b = 1; event', '{"a":1}', '1:13 Conflicting types, got integer but expected record'],
  ['let event.a[0] = 1; event', '{"a":[1]}', '1:13 It is not supported to assign value into an array'],
  ['let $ = {}; event', '{}', "1:1 You are trying to assign to a value that isn't valid"],
  ['let args = {}; event', '{}', "1:1 Can't assign to the `args` constant"],
  ['const c = 1; let c = 2; event', '{}', "1:14 Can't assign to the `c` constant"],
  ['match event of case 1 => 2 end', '3', '1:1 A match expression executed but no clause matched'],
  [
    'match event of case _ when null => 2 default => 3 end',
    '3',
    '1:28 Conflicting types, got null but expected boolean',
  ],
  [
    'match event of case _ when 1 => 2 default => 3 end',
    '3',
    '1:28 Conflicting types, got integer but expected boolean',
  ],
  [
    'match event of case %{ a > 1 } => 2 default => 3 end',
    '{"a":"x"}',
    '1:24 The binary operation `>` is not defined for the type `string` and `integer`',
  ],
  [
    'patch event of insert "a" => 1 end',
    '{"a":2}',
    '1:23 The key that is supposed to be written to already exists: a',
  ],
  [
    'patch event of update "a" => 1 end',
    '{}',
    '1:23 The key that is supposed to be updated does not exists: a',
  ],
  [
    'patch event of merge => 5, upsert "a" => 1 end',
    '{}',
    '1:7 Conflicting types, got integer but expected record',
  ],
  ['<< event:8 >>', '-1', '1:4 Not an unsigned integer: -1'],
  ['<< event:3/binary >>', '"ab"', '1:4 Not a long enough binary: "ab"'],
  ['"#{event.x}"', '{}', '1:10 Trying to access a non existing event key `x`'],
  ['use std::string;\nstring::len(event)', '1', '2:1 Bad type passed to function string::len/1'],
  ['fn f(a) with recur(a) end;\nf(1)', '1', '2:1 Recursion limit Reached'],
  [follow, '{}', '3:15 Bad type passed to function array::len/1'],
  [follow, '[1,3]', '3:79 Array index out of bounds, got index 3 but expected an index in the range 0:2'],
  [follow, '[1,-1]', '3:79 Bad array index, got `-1` but expected an index in the range 0:2'],
  [follow, '[0.5]', '3:79 Conflicting types, got float but expected integer'],
  [follow, '["a"]', '3:79 Conflicting types, got string but expected integer'],
  [follow, '[{"toString":1,"valueOf":1}]', '3:79 Conflicting types, got record but expected integer'],
  [elsewhere, '2', '4:8 Conflicting types, got string but expected array'],
  [replaced, '"abc"', '5:8 Conflicting types, got string but expected array'],
  [replaced, '{"1":1}', '5:8 Conflicting types, got integer but expected string'],
  [inwards, '[["a"]]', '3:9 Bad type passed to function array::len/1'],
  [
    count,
    '{"toString":1,"valueOf":1}',
    '2:39 The binary operation `+` is not defined for the type `record` and `integer`',
  ],
  [
    count,
    '18446744073709551614',
    '2:39 The result of the operation `+` does not fit in an integer of 64 bits',
  ],
]

for (const [script, event, failure] of failures) {
  test(`${script.replace(/\n/g, ' ')} on ${event}`, () => assert.equal(run(script, event), failure))
}

test('the failure shows what stands around it', () => {
  const program = compile('match event of\n  case 1 when event => 2\n  default => 3\nend')
  assert.throws(
    () => program.run(frameOf('1')),
    (error: ScriptError) =>
      error instanceof ScriptError &&
      textOf(error.span) === 'event' &&
      /^match.*end$/s.test(textOf(error.outer)),
  )
})

test('a name that is nearly right is suggested', () => {
  const program = compile('event.requset')
  assert.throws(
    () => program.run(frameOf('{"request":1}')),
    (error: ScriptError) => error.notes[0] === 'Did you mean to use `request`?',
  )
})

test('as a finding, a failure has its place, its words and its hints', () => {
  const findingOf = (text: string, event: string) => {
    try {
      compile(text).run(frameOf(event))
    } catch (error) {
      return diagnosticOf(error as ScriptError)
    }
    return undefined
  }
  const near = findingOf('event.requset', '{"request":1}')!
  assert.deepEqual(
    [near.severity, textOf(near.labels[0].span), near.notes],
    ['error', 'requset', ['Did you mean to use `request`?']],
  )
  assert.equal(findingOf('event + 1', 'null')!.notes, undefined)
})

test('what was assigned before a failure stays assigned', () => {
  const frame = frameOf('{"a":1}')
  assert.throws(() => compile('let event.b = 2;\nlet $c = 3;\nevent.nothing').run(frame), ScriptError)
  assert.deepEqual([frame.event, frame.meta], [{ a: 1, b: 2 }, { c: 3 }])
})

const refusals: readonly (readonly [script: string, message: string])[] = [
  ['1 + "a"', 'The binary operation `+` is not defined for the type `integer` and `string`'],
  ['event; [1, 2 % 0]', 'The remainder of a division by zero is not defined'],
  ['not 1', 'The unary operation `not` is not defined for the type `integer`'],
  ['use std::string;\nstring::len(1)', 'Bad type passed to function string::len/1'],
  ['9223372036854775807 * 4', 'The result of the operation `*` does not fit in an integer of 64 bits'],
]

for (const [script, message] of refusals) {
  test(`${script.replace(/\n/g, ' ')} is refused before it runs`, () =>
    assert.deepEqual(refused(script), [message]))
}

test('merges and patches of literals fail when they run, as in tremor', () => {
  assert.deepEqual(refused('merge 1 of {} end'), [])
  assert.equal(run('merge 1 of {} end'), '1:7 Conflicting types, got integer but expected record')
})
