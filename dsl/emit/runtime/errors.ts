/** How scripts fail: one function per way, each with the wording of tremor (tremor-script/src/errors.rs). */
import { defineDiagnostic } from '../../diagnostic.ts'
import { BadArgument, FunctionError } from '../../function.ts'
import { encodeJson, JsonError } from '../../json.ts'
import { best } from '../../nearest.ts'
import { type FailureDetails, type Found, type Frame, ScriptError } from '../../program.ts'
import type { Rec, Value } from '../../value.ts'
import { Exhausted } from '../../work.ts'
import { linesAround, type Site } from './site.ts'
import { typeName } from './types.ts'

export const kinds = {
  typeConflict: defineDiagnostic({
    code: 'E0501',
    title: 'value of another type',
    explain:
      'The value that came up while the script ran is of a type that cannot be used here: a key of something that is no record, an index of something that is no array, a guard that is neither true nor false. Ask with `present` or match on the shape before using it.',
  }),
  badKey: defineDiagnostic({
    code: 'E0502',
    title: 'key that does not exist',
    explain:
      'Reading a key that a record does not have, or a local that was never assigned, is an error, never null. Ask with `present event.key`, or match on `%{ present key }`.',
  }),
  outOfRange: defineDiagnostic({
    code: 'E0503',
    title: 'index out of range',
    explain:
      'An array of n elements has the indexes 0 to n-1; a range `[a:b]` takes the elements from a up to, not including, b.',
  }),
  badIndex: defineDiagnostic({
    code: 'E0504',
    title: 'negative index',
    explain: 'Indexes count from 0 at the beginning of the array. There is no counting from the end.',
  }),
  decreasingRange: defineDiagnostic({
    code: 'E0505',
    title: 'range that ends before it begins',
    explain:
      'In a range `[a:b]` the end b is not smaller than the start a. Equal bounds give an empty array.',
  }),
  assignToArray: defineDiagnostic({
    code: 'E0506',
    title: 'assignment into an array',
    explain:
      'Elements of arrays cannot be assigned. Build the new array with `for` or with functions of `std::array` and assign it whole.',
  }),
  badAssign: defineDiagnostic({
    code: 'E0507',
    title: 'assignment to all of the metadata',
    explain: 'Only keys of `$` can be assigned, as in `let $key = value`.',
  }),
  assignToConst: defineDiagnostic({
    code: 'E0508',
    title: 'assignment to a constant',
    explain: 'Constants, `args`, `window` and `group` cannot be assigned. Copy the value into a local first.',
  }),
  unary: defineDiagnostic({
    code: 'E0509',
    title: 'operator on a value it does not know',
    explain: '`+` and `-` take numbers, `!` takes integers and booleans, `not` takes booleans.',
  }),
  binary: defineDiagnostic({
    code: 'E0510',
    title: 'operator between values it does not know',
    explain:
      'Operators do not convert: `+` adds numbers or joins two strings, `and`, `or` and `xor` take booleans, `<` and its like compare numbers with numbers and strings with strings.',
  }),
  bitshift: defineDiagnostic({
    code: 'E0511',
    title: 'shift by too many bits',
    explain: 'Integers have 64 bits; they can be shifted by 0 to 63.',
  }),
  overflow: defineDiagnostic({
    code: 'E0512',
    title: 'integer that does not fit in 64 bits',
    explain:
      'Integers are exact and hold -9223372036854775808 to 18446744073709551615. A result outside is an error, it does not wrap. Use floats where exactness is not needed.',
  }),
  zero: defineDiagnostic({
    code: 'E0513',
    title: 'remainder of a division by zero',
    explain: 'The remainder `a % 0` has no value. Ask for zero before dividing.',
  }),
  noClause: defineDiagnostic({
    code: 'E0514',
    title: 'match without a matching case',
    explain:
      'No case matched and there is no `default`. Add one: `default => null` if nothing is to be done.',
  }),
  keyExists: defineDiagnostic({
    code: 'E0515',
    title: 'key to be written exists already',
    explain:
      '`insert`, `copy` and `move` do not overwrite. Use `upsert` to write whether or not the key exists.',
  }),
  keyMissing: defineDiagnostic({
    code: 'E0516',
    title: 'key to be updated does not exist',
    explain: '`update` only overwrites. Use `upsert` to write whether or not the key exists.',
  }),
  mergeConflict: defineDiagnostic({
    code: 'E0517',
    title: 'merge into something that is no record',
    explain: '`merge key => value` in a patch needs the key to hold a record or to be absent.',
  }),
  badType: defineDiagnostic({
    code: 'E0518',
    title: 'argument of another type',
    explain: 'The function was called with an argument of a type it does not take. Its page names the types.',
  }),
  badArity: defineDiagnostic({
    code: 'E0519',
    title: 'wrong number of arguments',
    explain: 'The function was called with more or fewer arguments than it takes.',
  }),
  inFunction: defineDiagnostic({
    code: 'E0520',
    title: 'failure inside a function',
    explain:
      'The function was given arguments of the right type which it could not work with; the message says why.',
  }),
  recursion: defineDiagnostic({
    code: 'E0521',
    title: 'recursion that does not end',
    explain: 'A function may `recur` 1023 times in one call. Use `for` to walk through data of unknown size.',
  }),
  bytes: defineDiagnostic({
    code: 'E0522',
    title: 'value that does not fit the binary part',
    explain:
      'Parts of a binary literal are integers, or, with `/binary`, strings and bytes of at least the given length.',
  }),
  fuel: defineDiagnostic({
    code: 'E0523',
    title: 'too much work for one event',
    explain:
      'A script may take 1,000,000 steps of loops and calls per event, and build strings and arrays up to 16 MiB, so that no event can stop the others.',
  }),
  aggregate: defineDiagnostic({
    code: 'E0524',
    title: 'aggregate outside of a window',
    explain:
      'Aggregate functions have a value only in the target or `having` clause of a select with a window.',
  }),
} as const

type Kind = keyof typeof kinds

function raise(kind: Kind, message: string, at: Site, details: FailureDetails = {}): never {
  const { span, outer, tremor } = at
  throw new ScriptError(kinds[kind].code, message, span, { outer, tremor, ...details })
}

function found(what: string, value: Value | undefined): readonly Found[] {
  return value === undefined ? [] : [{ what, value }]
}

function operands(values: readonly Value[]): readonly Found[] {
  const names = values.length === 1 ? ['operand'] : ['left', 'right']
  return values.map((value, at) => ({ what: names[at]!, value }))
}

const asked: Readonly<Record<string, string>> = {
  record: 'Match on `%{}`, or ask with `present` for the key, before reading or writing it',
  array: 'Match on `%[]` before using it as an array',
  string: 'Interpolate it, as in "#{value}", or match on its type',
  boolean: 'A condition is true or false: compare, as in `x == 1`, or ask `present x`',
}

export function typeConflict(at: Site, got: Value, expected: string, whole?: Value): never {
  const type = typeName(got)
  const notes =
    type === 'float' && expected === 'integer'
      ? ['You can use math::trunc() and related functions to ensure numbers are integers.']
      : []
  raise('typeConflict', `Conflicting types, got ${type} but expected ${expected}`, at, {
    notes,
    help: asked[expected],
    found: [...found('value', got), ...found('of', whole)],
  })
}

/** What stands at the root of a path, as the message names it. */
export type Reach = 'local' | 'global' | 'event' | 'state'

export interface Missing {
  readonly reach: Reach
  readonly key: string
  /** What has no such key; undefined for a local without a value. */
  readonly record?: Rec
  /** The key was not written in the script. */
  readonly computed?: boolean
}

export function badKey(at: Site, { reach, key, record, computed = false }: Missing): never {
  const message = `Trying to access a non existing ${reach} key`
  const isUnset = record === undefined && reach === 'local'
  raise('badKey', `${message} \`${key}\``, at, {
    notes: hintFor(reach, key, record === undefined ? [] : Object.keys(record)),
    help: isUnset
      ? 'Give it a value with `let` on every way that leads here'
      : `Ask with \`present\` before reading it, or match on ${pattern(key, computed)}`,
    found: found('record', record),
    ...(computed ? { brief: message } : {}),
  })
}

function pattern(key: string, computed: boolean): string {
  return computed || !/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(key) ? 'its shape' : `\`%{ present ${key} }\``
}

function hintFor(reach: Reach, key: string, options: readonly string[]): readonly string[] {
  if (reach === 'state') return []
  if (reach === 'local' && key === 'nil') return ['Did you mean null?']
  const known = reach === 'local' ? [...options, 'event', 'true', 'false', 'null'] : options
  const near = best(key, known, 2)
  return near === undefined ? [] : [`Did you mean to use \`${near}\`?`]
}

export function indexOutOfRange(at: Site, index: number, array: readonly Value[]): never {
  raise(
    'outOfRange',
    `Array index out of bounds, got index ${index} but expected an index in the range 0:${array.length}`,
    at,
    { found: found('array', array), help: inRange(array.length) },
  )
}

function inRange(length: number): string {
  return length === 0
    ? 'The array is empty: ask with `present` before reading from it'
    : `The last index is ${length - 1}: ask with \`present\` before reading further`
}

export function rangeOutOfRange(
  at: Site,
  range: readonly [start: number, end: number],
  array: readonly Value[],
): never {
  const [start, end] = range
  const { length } = array
  if (start === end) indexOutOfRange(at, start, array)
  raise(
    'outOfRange',
    `Array index out of bounds, got index range ${start}:${end} but expected a subrange of 0:${length}`,
    at,
    { found: found('array', array) },
  )
}

export function badIndex(at: Site, index: Value, length: number): never {
  raise(
    'badIndex',
    `Bad array index, got \`${encodeJson(index)}\` but expected an index in the range 0:${length}`,
    at,
    { found: found('index', index), help: 'Indexes count from 0; there is no counting from the end' },
  )
}

export function decreasingRange(at: Site, start: number, end: number): never {
  raise('decreasingRange', `A range's end cannot be smaller than its start, ${start}:${end} is invalid`, at)
}

export function assignToArray(at: Site): never {
  raise('assignToArray', 'It is not supported to assign value into an array', at, {
    help: 'Build the new array with `for`, and assign it whole',
  })
}

export function badAssign(at: Site): never {
  raise('badAssign', "You are trying to assign to a value that isn't valid", at, {
    help: 'Assign single keys, as in `let $key = value`',
  })
}

export function assignToConst(at: Site, name: string): never {
  raise('assignToConst', `Can't assign to the \`${name}\` constant`, at, {
    help: 'Copy it into a local and assign that',
  })
}

export function badUnary(at: Site, op: string, operand: Value): never {
  raise('unary', `The unary operation \`${op}\` is not defined for the type \`${typeName(operand)}\``, at, {
    found: operands([operand]),
    help: unaryTakes[op],
  })
}

const unaryTakes: Readonly<Record<string, string>> = {
  '+': '`+` takes a number',
  '-': '`-` takes a number',
  '!': '`!` takes an integer or a boolean',
  not: '`not` takes a boolean: compare first, as in `not x == 1`',
}

export function badBinary(at: Site, op: string, pair: readonly [Value, Value]): never {
  const [left, right] = pair
  const types = `\`${typeName(left)}\` and \`${typeName(right)}\``
  raise('binary', `The binary operation \`${op}\` is not defined for the type ${types}`, at, {
    found: operands(pair),
    help: binaryTakes(op, pair),
  })
}

function binaryTakes(op: string, pair: readonly [Value, Value]): string {
  switch (op) {
    case '+':
      return pair.some((value) => typeof value === 'string')
        ? 'A text is joined with a text: interpolate the other, as in "#{value}", or parse the text as a number'
        : '`+` adds two numbers or joins two texts'
    case '-':
    case '*':
    case '/':
      return `\`${op}\` takes two numbers; \`integer::parse\` and \`float::parse\` make them of texts`
    case '%':
    case '<<':
    case '>>':
    case '>>>':
      return `\`${op}\` takes two integers`
    case '&':
    case '^':
      return `\`${op}\` takes two integers or two booleans`
    case 'and':
    case 'or':
    case 'xor':
      return `\`${op}\` takes two booleans: compare first, as in \`x == 1\``
    default:
      return 'Numbers are compared with numbers and texts with texts; nothing else has an order'
  }
}

export function badShift(at: Site, count: Value): never {
  raise('bitshift', 'RHS value is larger than or equal to the number of bits in LHS value', at, {
    found: found('right', count),
    help: 'Integers have 64 bits: shift by 0 to 63',
  })
}

export function overflow(at: Site, op: string, values: readonly Value[]): never {
  raise('overflow', `The result of the operation \`${op}\` does not fit in an integer of 64 bits`, at, {
    found: operands(values),
    help: 'Use floats where exactness is not needed',
  })
}

export function remainderOfZero(at: Site, left: Value): never {
  raise('zero', 'The remainder of a division by zero is not defined', at, {
    found: found('left', left),
    help: 'Ask whether the right side is 0 before dividing',
  })
}

export function noClause(at: Site, target: Value | undefined): never {
  raise('noClause', 'A match expression executed but no clause matched', at, {
    notes: [
      'Consider adding a `default => null` clause at the end of your match or validate full coverage beforehand.',
    ],
    found: found('value', target),
  })
}

export function keyExists(at: Site, key: string, record: Rec): never {
  const message = 'The key that is supposed to be written to already exists'
  raise('keyExists', `${message}: ${key}`, at, {
    found: found('record', record),
    help: 'Use `upsert` to write whether or not the key exists',
    brief: message,
  })
}

export function keyMissing(at: Site, key: string, record: Rec): never {
  const message = 'The key that is supposed to be updated does not exists'
  raise('keyMissing', `${message}: ${key}`, at, {
    found: found('record', record),
    help: 'Use `upsert` to write whether or not the key exists',
    brief: message,
  })
}

export function mergeConflict(at: Site, key: string, value: Value): never {
  const wanted = 'Merge can only be performed on keys that either do not exist or are records'
  raise('mergeConflict', `${wanted} but the key '${key}' has the type ${typeName(value)}`, at, {
    found: found('value', value),
    help: 'Use `upsert` to put the record in the place of what is there',
    brief: wanted,
  })
}

/** The site of a call says `m::f/n`. */
export function badType(at: Site, args: readonly Value[] = [], why = at.takes): never {
  raise('badType', `Bad type passed to function ${at.name}`, around(at), {
    found: args.flatMap((value, index) => found(`argument ${index + 1}`, value)),
    help: why,
  })
}

export function badArity(
  at: Site,
  name: string,
  counts: readonly [least: number, most: number, given: number],
): never {
  const [least, most, given] = counts
  raise(
    'badArity',
    `Bad arity for function ${name}/${least}..=${most} but was called with ${given} arguments`,
    around(at),
  )
}

/** What a native function threw, as the failure of the script that called it. Its text may quote what it was given. */
export function inFunction(at: Site, name: string, error: FunctionError): never {
  const message = `Runtime error in function ${name}`
  raise('inFunction', `${message}: ${shortened(error.message)}`, around(at), { brief: message })
}

/** A text of megabytes that is no number is not quoted whole. */
function shortened(text: string): string {
  return text.length <= 1000 ? text : `${text.slice(0, 1000).toWellFormed()}…`
}

export function recursionLimit(at: Site): never {
  raise('recursion', 'Recursion limit Reached', around(at), {
    help: 'A call may `recur` 1023 times: walk through data with `for`',
  })
}

export function badBytes(at: Site, finding: string, value: Value): never {
  raise('bytes', `${finding}: ${encodeJson(value)}`, at, { found: found('value', value), brief: finding })
}

export function exhausted(at: Site): never {
  raise('fuel', 'The script takes more than 1000000 steps for one event', at)
}

export function tooLarge(at: Site): never {
  raise('fuel', 'The script builds a value larger than 16 MiB', at)
}

export function tooDeep(at: Site): never {
  raise('fuel', 'The script works on data that is nested too deeply', at)
}

export function aggregateOutside(at: Site): never {
  raise('aggregate', 'An aggregate function is evaluated outside of a window', at)
}

/**
 * Turns what escaped a run into a ScriptError. `at` is the place that was last entered: calls of functions and
 * extractors note theirs, since what runs there does not know where it was called from. What `frame` holds tells which
 * values are secrets.
 */
export function asScriptError(error: unknown, at: Site, frame?: Frame): unknown {
  const failure = failureOf(error, at)
  if (frame !== undefined && failure instanceof ScriptError)
    failure.seen = [frame.event, frame.meta, frame.state, frame.args]
  return failure
}

function failureOf(error: unknown, at: Site): unknown {
  if (error instanceof ScriptError) return error
  if (error instanceof BadArgument) return caught(() => badType(at, [], error.message))
  if (error instanceof FunctionError) return caught(() => inFunction(at, at.name ?? 'unknown', error))
  // What is too deep or too large for JSON came up while a value was put into a string.
  if (error instanceof JsonError || error instanceof Exhausted)
    return caught(() => raise('fuel', error.message, at))
  if (!(error instanceof RangeError)) return error
  return caught(() => (error.message.includes('call stack') ? tooDeep(at) : tooLarge(at)))
}

function caught(fail: () => never): unknown {
  try {
    return fail()
  } catch (error) {
    return error
  }
}

/** Calls show two lines more of what stands around them. */
function around(at: Site): Site {
  return at.call === true ? { ...at, outer: linesAround(at.span, 2) } : at
}
