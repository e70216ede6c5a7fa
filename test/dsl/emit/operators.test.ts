/** Operators over values of an event, so that nothing is folded: each row is an expression, the event, and what it prints. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from './support.ts'

const undefinedFor = (op: string, left: string, right: string) =>
  `1:1 The binary operation \`${op}\` is not defined for the type \`${left}\` and \`${right}\``

const rows: readonly (readonly [expression: string, event: string, printed: string])[] = [
  // integers to the edges of 64 bits
  ['event[0] + event[1]', '[9007199254740991,1]', '9007199254740992'],
  ['event[0] + event[1]', '[9223372036854775807,9223372036854775808]', '18446744073709551615'],
  ['event[0] - event[1]', '[0,9223372036854775808]', '-9223372036854775808'],
  ['event[0] * event[1]', '[4294967296,4294967295]', '18446744069414584320'],
  ['event[0] * event[1]', '[-1,0]', '0'],
  ['event[0] % event[1]', '[-7,2]', '-1'],
  ['event[0] % event[1]', '[-4,2]', '0'],
  ['event[0] % event[1]', '[18446744073709551615,10]', '5'],
  ['event[0] % event[1]', '[5,18446744073709551615]', '5'],
  [
    'event[0] % event[1]',
    '[18446744073709551615,0]',
    '1:1 The remainder of a division by zero is not defined',
  ],
  ['-event', '9223372036854775808', '-9223372036854775808'],
  ['-event', '0', '0'],
  ['+event', '18446744073709551615', '18446744073709551615'],
  ['+event', '"1"', '1:2 The unary operation `+` is not defined for the type `string`'],
  ['let a = event; a + 1', '2147483647', '2147483648'],
  ['let a = event; a + 1', '9007199254740991', '9007199254740992'],
  ['let a = event; a + 1', '18446744073709551614', '18446744073709551615'],
  ['let a = event; a - 1', '-2147483648', '-2147483649'],
  ['let a = event; a - 1', '0', '-1'],
  // floats stay floats
  ['let a = event; a - 1', '1.0', '0.0'],
  ['let a = event; a + 1', '0.5', '1.5'],
  ['event[0] + event[1]', '[1,1.0]', '2.0'],
  ['event[0] - event[1]', '[1.5,0.5]', '1.0'],
  ['event[0] * event[1]', '[18446744073709551615,1.0]', '1.8446744073709552e19'],
  ['event[0] / event[1]', '[4,2]', '2.0'],
  ['event[0] / event[1]', '[1,4]', '0.25'],
  ['event[0] / event[1]', '[18446744073709551615,1.0]', '1.8446744073709552e19'],
  ['event[0] / event[1]', '[1,null]', undefinedFor('/', 'integer', 'null')],
  ['-event', '1.0', '-1.0'],
  ['-event', '0.0', '-0.0'],
  // strings join, nothing else does
  ['event[0] + event[1]', '["a","b"]', '"ab"'],
  ['event[0] + event[1]', '["a",1]', undefinedFor('+', 'string', 'integer')],
  ['event[0] + event[1]', '[[],[]]', undefinedFor('+', 'array', 'array')],
  ['event[0] - event[1]', '["b","a"]', undefinedFor('-', 'string', 'string')],
  // bits
  ['event[0] & event[1]', '[12,10]', '8'],
  ['event[0] & event[1]', '[-1,255]', '255'],
  ['event[0] & event[1]', '[true,false]', 'false'],
  ['event[0] & event[1]', '[true,1]', undefinedFor('&', 'boolean', 'integer')],
  ['event[0] & event[1]', '[1.5,1]', undefinedFor('&', 'float', 'integer')],
  ['event[0] ^ event[1]', '[12,10]', '6'],
  ['event[0] ^ event[1]', '[-1,0]', '-1'],
  ['event[0] ^ event[1]', '[true,true]', 'false'],
  ['event[0] ^ event[1]', '[true,"x"]', undefinedFor('^', 'boolean', 'string')],
  ['!event', '0', '18446744073709551615'],
  ['!event', '-1', '0'],
  ['!event', 'true', 'false'],
  ['!event', '1.5', '1:2 The unary operation `!` is not defined for the type `float`'],
  ['event[0] << event[1]', '[1,63]', '9223372036854775808'],
  ['event[0] << event[1]', '[3,63]', '9223372036854775808'],
  ['event[0] << event[1]', '[-1,63]', '-9223372036854775808'],
  ['event[0] >> event[1]', '[-8,1]', '-4'],
  ['event[0] >> event[1]', '[18446744073709551615,63]', '1'],
  ['event[0] >>> event[1]', '[-1,1]', '9223372036854775807'],
  ['event[0] >>> event[1]', '[-1,0]', '-1'],
  ['event[0] >> event[1]', '["1",1]', undefinedFor('>>', 'string', 'integer')],
  // booleans only
  ['event[0] and event[1]', '[true,true]', 'true'],
  ['event[0] and event[1]', '[true,null]', undefinedFor('and', 'boolean', 'null')],
  ['event[0] and event[1]', '[false,null]', undefinedFor('and', 'boolean', 'null')],
  ['event[0] or event[1]', '[false,true]', 'true'],
  ['event[0] or event[1]', '[1,true]', undefinedFor('or', 'integer', 'boolean')],
  ['event[0] xor event[1]', '[true,false]', 'true'],
  ['event[0] xor event[1]', '[true,1]', undefinedFor('xor', 'boolean', 'integer')],
  ['event[0] + event[1]', '[true,true]', undefinedFor('+', 'boolean', 'boolean')],
  ['not event', 'false', 'true'],
  // order
  ['event[0] < event[1]', '[9223372036854775807,9223372036854775808]', 'true'],
  ['event[0] < event[1]', '[1,1.5]', 'true'],
  ['event[0] <= event[1]', '[1.0,1]', 'true'],
  ['event[0] > event[1]', '["b","a"]', 'true'],
  ['event[0] >= event[1]', '["a","ab"]', 'false'],
  ['event[0] < event[1]', '[true,false]', undefinedFor('<', 'boolean', 'boolean')],
  ['event[0] < event[1]', '[null,null]', undefinedFor('<', 'null', 'null')],
  ['event[0] < event[1]', '["a",1]', undefinedFor('<', 'string', 'integer')],
  ['<< event[0] >> < << event[1] >>', '[1,2]', 'true'],
  ['<< event[0] >> <= << event[1], 0 >>', '[1,1]', 'true'],
  ['<< event[0] >> > event[1]', '[98,"a"]', 'true'],
  ['event[0] >= << event[1] >>', '["a",97]', 'true'],
  // equality
  ['event[0] == event[1]', '[9223372036854775808,9223372036854775807]', 'false'],
  ['event[0] == event[1]', '[1,1.0]', 'true'],
  ['event[0] == event[1]', '[1.00,1.0]', 'true'],
  ['event[0] == event[1]', '[9007199254740993,9007199254740992.0]', 'true'],
  ['event[0] == event[1]', '[0,1e-17]', 'true'],
  ['event[0] == event[1]', '[[1,{"a":2}],[1.0,{"a":2.0}]]', 'true'],
  ['event[0] == event[1]', '[{"a":1,"b":2},{"b":2,"a":1}]', 'true'],
  ['event[0] == event[1]', '[{"a":1},{"a":1,"b":2}]', 'false'],
  ['event[0] == event[1]', '[{"a":1},{"toString":1}]', 'false'],
  ['event[0] == event[1]', '[[1,2],[1]]', 'false'],
  ['event[0] == event[1]', '["1",1]', 'false'],
  ['event[0] == event[1]', '[null,false]', 'false'],
  ['event[0] != event[1]', '[[],{}]', 'true'],
  ['<< event[0] >> == event[1]', '[97,"a"]', 'true'],
  ['event[1] == << event[0] >>', '[97,"a"]', 'true'],
  ['<< event[0] >> == event[1]', '[97,"ab"]', 'false'],
  ['<< event[0] >> == event[1]', '[97,97]', 'false'],
  ['<< event[0] >> == << event[1] >>', '[97,97]', 'true'],
  ['<< event[0] >> == "a"', '[97]', 'true'],
  ['<< event[0] >> == 97', '[97]', 'false'],
  ['event == 97', '97.0', 'true'],
  ['event == 97', '"97"', 'false'],
  ['event == 1.0', '1', 'true'],
  ['event == [1]', '[1.0]', 'true'],
  [
    'match << event >> of case "a" => 1 case "b" => 2 case "c" => 3 case "d" => 4 default => 5 end',
    '98',
    '2',
  ],
  [
    'match << event >> of case "a" => 1 case "b" => 2 case "c" => 3 case "d" => 4 default => 5 end',
    '255',
    '5',
  ],
]

for (const [expression, event, printed] of rows) {
  test(`${expression} of ${event}`, () => assert.equal(run(expression, event), printed))
}

const places = /^\d+:\d+ /

for (const [expression, event, printed] of rows.filter(([each]) =>
  /^event\[0\] [+-] event\[1\]$/.test(each),
)) {
  test(`${expression} of ${event}, from variables`, () => {
    const sum = expression.replace('event[0]', 'a').replace('event[1]', 'b')
    const made = run(`let a = event[0]; let b = event[1]; ${sum}`, event)
    assert.equal(made.replace(places, ''), printed.replace(places, ''))
  })
}
