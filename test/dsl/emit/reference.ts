/**
 * The language once more, as plainly as can be: a walk over the tree, integers as BigInt, no thought of speed. What the
 * compiler emits must do the same, value for value and failure for failure.
 */
import type { BinaryOp, BytesPart, Case, Expr, FieldTest, Fn, Path, Pattern, Segment } from '#dsl/ast.ts'
import { encodeJson } from '#dsl/json.ts'
import { Float, type Rec, type Value } from '#dsl/value.ts'
import { evalFrame } from '#engine/eval.ts'

export class Failure extends Error {}

/** `emit` and `drop` leave by it. */
class Exit {
  readonly value: Value | undefined
  constructor(value: Value | undefined) {
    this.value = value
  }
}

export interface Run {
  event: Value
  meta: Value
  state: Value
  /** The parameters of the script, or what a function was given beyond its own. */
  readonly args: Value
  port: string | undefined
  readonly locals: Map<number, Value>
}

/** The value emitted, undefined for `drop`. */
export function runReference(body: readonly Expr[], run: Run): Value | undefined {
  try {
    body.slice(0, -1).forEach((expr) => {
      effect(expr, run)
    })
    const last = body.at(-1)
    return last === undefined ? run.event : evaluate(last, run)
  } catch (error) {
    if (error instanceof Exit) return error.value
    throw error
  }
}

/** As the language has it: an expression whose value nobody takes is not evaluated. */
function effect(expr: Expr, run: Run): void {
  if (['match', 'for', 'let', 'emit', 'drop'].includes(expr.kind)) evaluate(expr, run, false)
}

function clause(body: readonly Expr[], run: Run, wanted: boolean): Value {
  body.slice(0, -1).forEach((expr) => {
    effect(expr, run)
  })
  if (wanted) return evaluate(body.at(-1)!, run)
  effect(body.at(-1)!, run)
  return null
}

function fail(text: string): never {
  throw new Failure(text)
}

function conflict(got: Value, expected: string): never {
  fail(`Conflicting types, got ${typeOf(got)} but expected ${expected}`)
}

export function typeOf(value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) return 'integer'
  if (typeof value === 'number' || value instanceof Float) return 'float'
  if (Array.isArray(value)) return 'array'
  return value instanceof Uint8Array ? 'bytes' : 'record'
}

const isRecord = (value: Value): value is Rec => typeOf(value) === 'record'
const own = (record: Rec, key: string): Value | undefined =>
  Object.entries(record).find(([name]) => name === key)?.[1]

function recordOf(entries: readonly (readonly [string, Value])[]): Rec {
  return Object.fromEntries(new Map(entries))
}

function evaluate(expr: Expr, run: Run, wanted = true): Value {
  switch (expr.kind) {
    case 'literal':
      return expr.value
    case 'text': {
      const texts = expr.parts.map((part) => {
        if (typeof part === 'string') return part
        if (part.kind === 'legacy') return part.text
        const value = evaluate(part, run)
        return typeof value === 'string' ? value : encodeJson(value)
      })
      return texts.join('')
    }
    case 'list':
      return expr.items.map((item) => evaluate(item, run))
    case 'record':
      return recordOf(
        expr.fields.map(({ key, value }) => {
          const made = evaluate(value, run)
          return [stringOf(key, run), made] as const
        }),
      )
    case 'path':
      return read(expr, run)
    case 'presence':
      return present(expr.path, run) === (expr.op === 'present')
    case 'unary':
      return unary(expr.op, evaluate(expr.operand, run))
    case 'binary': {
      const left = evaluate(expr.left, run)
      return binary(expr.op, left, evaluate(expr.right, run))
    }
    case 'merge': {
      const target = evaluate(expr.target, run)
      if (!isRecord(target)) conflict(target, 'record')
      const value = evaluate(expr.value, run)
      if (!isRecord(value)) conflict(value, 'record')
      return merged(target, value)
    }
    case 'patch':
      return patched(expr, run)
    case 'match': {
      const target = evaluate(expr.target, run)
      for (const each of expr.cases) if (matches(each, target, run)) return clause(each.body, run, wanted)
      return fail('A match expression executed but no clause matched')
    }
    case 'for':
      return comprehension(expr, run, wanted)
    case 'let': {
      const value = evaluate(expr.value, run)
      assign(expr.path, value, run)
      return value
    }
    case 'emit': {
      if (expr.port !== undefined) run.port = stringOf(expr.port, run)
      throw new Exit(expr.value === undefined ? run.event : evaluate(expr.value, run))
    }
    case 'drop':
      throw new Exit(undefined)
    case 'bytes':
      return packed(expr, run)
    case 'call':
      return called(expr, run)
    case 'recur':
      throw new Again(expr.args.map((arg) => evaluate(arg, run)))
    default:
      throw new Error('the reference does not know this')
  }
}

function stringOf(expr: Expr, run: Run): string {
  const value = evaluate(expr, run)
  return typeof value === 'string' ? value : conflict(value, 'string')
}

function boolOf(expr: Expr, run: Run): boolean {
  const value = evaluate(expr, run)
  return typeof value === 'boolean' ? value : conflict(value, 'boolean')
}

// ---- paths ---------------------------------------------------------------------------------------------------

const reaches: Record<string, string> = {
  event: 'event',
  meta: 'global',
  state: 'state',
  name: 'local',
  args: 'local',
}

function rootOf({ root }: Path, run: Run): Value | undefined {
  if (root.kind === 'name') return root.slot === undefined ? root.constant : run.locals.get(root.slot)
  return run[root.kind as 'event' | 'meta' | 'state' | 'args']
}

function read(path: Path, run: Run): Value {
  const start = rootOf(path, run)
  const reach = reaches[path.root.kind]!
  if (start === undefined)
    return fail(`Trying to access a non existing local key \`${(path.root as { name: string }).name}\``)
  return path.segments.reduce<Value>((value, segment) => step(value, segment, { run, reach }), start)
}

function step(value: Value, segment: Segment, { run, reach }: { run: Run; reach: string }): Value {
  if (segment.kind === 'range') {
    if (!Array.isArray(value)) conflict(value, 'array')
    const start = indexOf(evaluate(segment.from, run), value)
    const end = indexOf(evaluate(segment.to, run), value)
    if (end < start) fail(`A range's end cannot be smaller than its start, ${start}:${end} is invalid`)
    if (end <= value.length) return value.slice(start, end)
    if (start === end)
      fail(
        `Array index out of bounds, got index ${start} but expected an index in the range 0:${value.length}`,
      )
    fail(
      `Array index out of bounds, got index range ${start}:${end} but expected a subrange of 0:${value.length}`,
    )
  }
  const key =
    segment.kind === 'key'
      ? segment.name
      : segment.kind === 'index'
        ? segment.index
        : evaluate(segment.expr, run)
  if (Array.isArray(value) && (segment.kind !== 'key' || typeof key !== 'string')) {
    // A key that is written out, in brackets or not, asks for a record.
    if (typeof key === 'string' && isWritten(segment)) conflict(value, 'record')
    const index = indexOf(key, value)
    if (index < value.length) return value[index]
    fail(`Array index out of bounds, got index ${index} but expected an index in the range 0:${value.length}`)
  }
  if (isRecord(value)) {
    if (typeof key !== 'string')
      return isWritten(segment) ? conflict(value, 'array') : conflict(key, 'string')
    const found = own(value, key)
    return found === undefined ? fail(`Trying to access a non existing ${reach} key \`${key}\``) : found
  }
  return conflict(value, typeof key === 'string' ? 'record' : 'array')
}

function isWritten(segment: Segment): boolean {
  if (segment.kind !== 'element') return true
  const { expr } = segment
  return (
    expr.kind === 'literal' &&
    (typeof expr.value === 'string' ||
      (typeof expr.value === 'number' && expr.value >= 0 && Number.isInteger(expr.value)))
  )
}

function indexOf(key: Value, array: readonly Value[]): number {
  if (typeOf(key) !== 'integer') conflict(key, 'integer')
  if ((key as number) < 0)
    fail(`Bad array index, got \`${key}\` but expected an index in the range 0:${array.length}`)
  return Number(key)
}

function present(path: Path, run: Run): boolean {
  let value = rootOf(path, run)
  for (const segment of path.segments) {
    if (value === undefined) return false
    value = peek(value, segment, run)
  }
  return value !== undefined
}

function peek(value: Value, segment: Segment, run: Run): Value | undefined {
  if (segment.kind === 'range') {
    if (!Array.isArray(value)) return undefined
    const start = indexOf(evaluate(segment.from, run), value)
    const end = indexOf(evaluate(segment.to, run), value)
    if (end < start) fail(`A range's end cannot be smaller than its start, ${start}:${end} is invalid`)
    return end > value.length ? undefined : value.slice(start, end)
  }
  const key =
    segment.kind === 'key'
      ? segment.name
      : segment.kind === 'index'
        ? segment.index
        : evaluate(segment.expr, run)
  if (Array.isArray(value)) {
    if (typeof key === 'string' && isWritten(segment)) return undefined
    return value[indexOf(key, value)]
  }
  return isRecord(value) && typeof key === 'string' ? own(value, key) : undefined
}

// ---- operators -----------------------------------------------------------------------------------------------

const isInt = (value: Value): value is number | bigint => typeOf(value) === 'integer'
const isNumber = (value: Value): boolean => isInt(value) || typeOf(value) === 'float'
const double = (value: Value): number => (value instanceof Float ? value.value : Number(value))

function integer(value: bigint, op: string): Value {
  if (value < -(2n ** 63n) || value >= 2n ** 64n)
    fail(`The result of the operation \`${op}\` does not fit in an integer of 64 bits`)
  return BigInt(Number(value)) === value && Number.isSafeInteger(Number(value)) ? Number(value) : value
}

const floating = (value: number): Value => (Number.isInteger(value) ? new Float(value) : value)

function unary(op: string, value: Value): Value {
  if (op === 'not' && typeof value === 'boolean') return !value
  if (op === '!' && typeof value === 'boolean') return !value
  if (op === '!' && isInt(value))
    return integer(value < 0 ? ~BigInt(value) : 2n ** 64n - 1n - BigInt(value), op)
  if (op === '+' && isNumber(value)) return value
  if (op === '-' && isInt(value)) return integer(-BigInt(value), op)
  if (op === '-' && isNumber(value)) return floating(-double(value))
  return fail(`The unary operation \`${op}\` is not defined for the type \`${typeOf(value)}\``)
}

export function binary(op: BinaryOp, left: Value, right: Value): Value {
  if (op === '==') return equals(left, right)
  if (op === '!=') return !equals(left, right)
  const undefinedFor = () =>
    fail(
      `The binary operation \`${op}\` is not defined for the type \`${typeOf(left)}\` and \`${typeOf(right)}\``,
    )
  if (typeof left === 'boolean' && typeof right === 'boolean') {
    if (op === 'and' || op === '&') return left && right
    if (op === 'or') return left || right
    return op === 'xor' || op === '^' ? left !== right : undefinedFor()
  }
  if (['<', '<=', '>', '>='].includes(op)) return ordered(op, left, right) ?? undefinedFor()
  if (op === '+' && typeof left === 'string' && typeof right === 'string') return left + right
  if (isInt(left) && isInt(right)) return integers(op, BigInt(left), BigInt(right)) ?? undefinedFor()
  if (!isNumber(left) || !isNumber(right)) return undefinedFor()
  const [a, b] = [double(left), double(right)]
  if (op === '+') return floating(a + b)
  if (op === '-') return floating(a - b)
  if (op === '*') return floating(a * b)
  return op === '/' ? floating(a / b) : undefinedFor()
}

function integers(op: BinaryOp, a: bigint, b: bigint): Value | undefined {
  const unsigned = a >= 0n && b >= 0n
  const bits = (value: bigint) => integer(unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value), op)
  const count = () =>
    b < 0n || b > 63n ? fail('RHS value is larger than or equal to the number of bits in LHS value') : b
  switch (op) {
    case '+':
      return integer(a + b, op)
    case '-':
      return integer(a - b, op)
    case '*':
      return integer(a * b, op)
    case '/':
      return floating(Number(a) / Number(b))
    case '%':
      return b === 0n ? fail('The remainder of a division by zero is not defined') : integer(a % b, op)
    case '&':
      return bits(a & b)
    case '^':
      return bits(a ^ b)
    case '>>':
      return integer(a >> count(), op)
    case '>>>':
      return integer(BigInt.asIntN(64, BigInt.asUintN(64, a) >> count()), op)
    case '<<':
      return integer(a < 0n ? BigInt.asIntN(64, a << count()) : BigInt.asUintN(64, a << count()), op)
    default:
      return undefined
  }
}

function ordered(op: string, left: Value, right: Value): boolean | undefined {
  const [a, b] = [bytesOf(left), bytesOf(right)]
  if (a !== undefined && b !== undefined) return judge(op, Buffer.compare(a, b), 0)
  if (isInt(left) && isInt(right)) return judge(op, BigInt(left), BigInt(right))
  return isNumber(left) && isNumber(right) ? judge(op, double(left), double(right)) : undefined
}

/** Texts compare by their bytes, with texts and with bytes. */
function bytesOf(value: Value): Uint8Array | undefined {
  if (typeof value === 'string') return Buffer.from(value)
  return value instanceof Uint8Array ? value : undefined
}

function judge<T extends number | bigint>(op: string, a: T, b: T): boolean {
  return op === '<' ? a < b : op === '<=' ? a <= b : op === '>' ? a > b : a >= b
}

export function equals(left: Value, right: Value): boolean {
  if (isInt(left) && isInt(right)) return BigInt(left) === BigInt(right)
  if (isNumber(left) && isNumber(right)) {
    return double(left) === double(right) || Math.abs(double(left) - double(right)) < Number.EPSILON
  }
  const [a, b] = [bytesOf(left), bytesOf(right)]
  if (a !== undefined && b !== undefined) return Buffer.compare(a, b) === 0
  if (typeOf(left) !== typeOf(right)) return false
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, at) => equals(item, right[at]!))
  }
  if (!isRecord(left) || !isRecord(right)) return left === right
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => {
      const other = own(right, key)
      return other !== undefined && equals(own(left, key)!, other)
    })
  )
}

// ---- functions and bytes -------------------------------------------------------------------------------------

/** `recur` leaves the body by it. */
class Again {
  readonly args: readonly Value[]
  constructor(args: readonly Value[]) {
    this.args = args
  }
}

function called({ callee, args, name }: Expr & { kind: 'call' }, run: Run): Value {
  const given = args.map((arg) => evaluate(arg, run))
  if (callee?.kind === 'fn') return rounds(callee.fn, given)
  if (callee?.kind !== 'native') throw new Error(`the reference does not know the function ${name}`)
  const { native } = callee
  native.args.forEach(({ type }, at) => {
    const types = [type].flat()
    const isOne = types.includes('any') || types.some((each) => isOfType(given[at]!, each))
    if (!isOne) fail(`Bad type passed to function ${native.name}/${given.length}`)
  })
  return native.run(...given)
}

function isOfType(value: Value, type: string): boolean {
  const found = typeOf(value)
  if (type === 'number') return found === 'integer' || found === 'float'
  return found === (type === 'bool' ? 'boolean' : type)
}

/** A function sees nothing but its arguments. */
function rounds(fn: Fn, given: readonly Value[]): Value {
  const count = fn.params.length
  let args = given.slice(0, count)
  for (let round = 0; round < 1024; round++) {
    const locals = new Map(args.map((value, at) => [at, value] as const))
    const rest = fn.open ? given.slice(count) : []
    const inside: Run = { event: null, meta: null, state: null, args: rest, port: undefined, locals }
    try {
      if (fn.body !== undefined) return clause(fn.body, inside, true)
      const found = fn.cases!.find((each) => takesArguments(each, args, inside))!
      return clause(found.body, inside, true)
    } catch (error) {
      if (!(error instanceof Again)) throw error
      args = [...error.args]
    }
  }
  return fail('Recursion limit Reached')
}

/** Inside a case the parameters are what its patterns took out. */
function takesArguments({ pattern, guard }: Case, args: readonly Value[], run: Run): boolean {
  if (pattern.kind === 'default') return true
  const values: Value[] = []
  for (const [at, test] of (pattern as Pattern & { kind: 'tuple' }).tests.entries()) {
    const value = extracted(test, args[at]!, run)
    if (value === undefined) return false
    values.push(value)
  }
  const before = new Map(run.locals)
  if (guard !== undefined && !boolOf(guard, run)) return restore(run, before)
  values.forEach((value, at) => {
    run.locals.set(at, value)
  })
  return true
}

function restore(run: Run, before: ReadonlyMap<number, Value>): false {
  run.locals.clear()
  for (const [slot, value] of before) run.locals.set(slot, value)
  return false
}

/** All bits as one text of 0 and 1, cut into eights; the last piece counts as it is. */
function packed({ parts }: Expr & { kind: 'bytes' }, run: Run): Value {
  const values = parts.map(({ value }) => evaluate(value, run))
  const bits = parts.map((part, at) => bitsOf(part, values[at]!)).join('')
  return Uint8Array.from(bits.match(/.{1,8}/g) ?? [], (eight) => Number.parseInt(eight, 2))
}

function bitsOf({ type, bits = type === 'binary' ? 0 : 8, endian, signed }: BytesPart, value: Value): string {
  if (type === 'binary') {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value
    if (!(bytes instanceof Uint8Array) || bytes.length < bits)
      fail(`Not a long enough binary: ${encodeJson(value)}`)
    const taken = bits === 0 ? bytes : bytes.slice(0, bits)
    return Array.from(taken, (byte) => byte.toString(2).padStart(8, '0')).join('')
  }
  const isOne = isInt(value) && (signed ? BigInt(value) < 2n ** 63n : value >= 0)
  if (!isOne) fail(`Not an ${signed ? '' : 'un'}signed integer: ${encodeJson(value)}`)
  const text = BigInt.asUintN(bits, BigInt(value as number))
    .toString(2)
    .padStart(bits, '0')
  if (endian === 'big') return text
  const whole = text.padStart(Math.ceil(bits / 8) * 8, '0')
  return whole.match(/.{8}/g)!.reverse().join('').slice(-bits)
}

// ---- patch, merge, for ---------------------------------------------------------------------------------------

function merged(target: Value, value: Value): Value {
  if (!isRecord(target) || !isRecord(value)) return value
  const fields = new Map(Object.entries(target))
  for (const [key, given] of Object.entries(value)) {
    const old = fields.get(key)
    if (given === null) fields.delete(key)
    else fields.set(key, old === undefined ? given : merged(old, given))
  }
  return Object.fromEntries(fields)
}

function patched(expr: Expr & { kind: 'patch' }, run: Run): Value {
  let value = evaluate(expr.target, run)
  const operations = expr.operations.map((op) => {
    if (op.op === 'merge-whole') return { op: op.op, key: '', to: '', value: evaluate(op.value, run) }
    if ('from' in op) {
      const from = stringOf(op.from, run)
      return { op: op.op, key: from, to: stringOf(op.to, run), value: null }
    }
    const key = stringOf(op.key, run)
    if (op.op === 'erase') return { op: op.op, key, to: '', value: null }
    return { op: op.op, key, to: '', value: evaluate(op.value, run) }
  })
  for (const { op, key, to, value: given } of operations) {
    if (!isRecord(value)) conflict(value, 'record')
    const fields = new Map(Object.entries(value))
    const exists = (name: string) => {
      if (fields.has(name)) fail(`The key that is supposed to be written to already exists: ${name}`)
    }
    if (op === 'insert') exists(key)
    if (op === 'update' && !fields.has(key))
      fail(`The key that is supposed to be updated does not exists: ${key}`)
    if (op === 'insert' || op === 'update' || op === 'upsert') fields.set(key, given)
    if (op === 'copy' || op === 'move') exists(to)
    const old = fields.get(key)
    if (op === 'erase' || op === 'move') fields.delete(key)
    if ((op === 'copy' || op === 'move') && old !== undefined) fields.set(to, old)
    if (op === 'merge') {
      if (old !== undefined && !isRecord(old)) {
        fail(
          `Merge can only be performed on keys that either do not exist or are records but the key '${key}' has the type ${typeOf(old)}`,
        )
      }
      fields.set(key, merged(old === undefined ? {} : old, given))
    }
    value = op === 'merge-whole' ? merged(value, given) : Object.fromEntries(fields)
  }
  return value
}

function comprehension(expr: Expr & { kind: 'for' }, run: Run, wanted: boolean): Value {
  const target = evaluate(expr.target, run)
  const items: (readonly [Value, Value])[] = Array.isArray(target)
    ? target.map((value, at) => [at, value] as const)
    : isRecord(target)
      ? Object.entries(target)
      : []
  return items.flatMap(([key, value]) => {
    for (const each of expr.cases) {
      run.locals.set(each.keySlot!, key)
      run.locals.set(each.valueSlot!, value)
      if (each.guard === undefined || boolOf(each.guard, run)) return [clause(each.body, run, wanted)]
    }
    return []
  })
}

// ---- patterns ------------------------------------------------------------------------------------------------

function matches({ pattern, guard }: Case, target: Value, run: Run): boolean {
  if (extracted(pattern, target, run) === undefined) return false
  return guard === undefined || boolOf(guard, run)
}

/** What a pattern takes out, undefined if it does not match. */
function extracted(pattern: Pattern, target: Value, run: Run): Value | undefined {
  switch (pattern.kind) {
    case 'any':
    case 'default':
      return target
    case 'expr': {
      const value = evaluate(pattern.expr, run)
      return equals(target, value) ? value : undefined
    }
    case 'bind': {
      const value = extracted(pattern.pattern, target, run)
      if (value !== undefined) run.locals.set(pattern.slot!, value)
      return value
    }
    case 'record':
      return isRecord(target) ? recordExtract(pattern.fields, target, run) : undefined
    case 'array':
      return Array.isArray(target) ? arrayExtract(pattern.tests, target, run) : undefined
    case 'tuple': {
      const { tests, open } = pattern
      if (!Array.isArray(target) || (open ? target.length < tests.length : target.length !== tests.length))
        return undefined
      const values: Value[] = []
      for (const [at, test] of tests.entries()) {
        const value = extracted(test, target[at], run)
        if (value === undefined) return undefined
        values.push(value)
      }
      return values
    }
    case 'extract': {
      if (typeof target !== 'string') return undefined
      return pattern.test.extractor!.extract(target, evalFrame())
    }
  }
}

function recordExtract(tests: readonly FieldTest[], target: Rec, run: Run): Value | undefined {
  const found: [string, Value][] = []
  for (const test of tests) {
    const field = own(target, test.key)
    if (test.kind === 'absent') {
      if (field !== undefined) return undefined
      continue
    }
    if (field === undefined) return undefined
    if (test.kind === 'present') found.push([test.key, field])
    else if (test.kind === 'compare') {
      if (binary(test.op, field, evaluate(test.value, run)) !== true) return undefined
    } else if (test.kind === 'extract') {
      const value = typeof field === 'string' ? test.test.extractor!.extract(field, evalFrame()) : undefined
      if (value === undefined) return undefined
      found.push([test.key, value])
    } else if (test.kind === 'pattern') {
      const value = extracted(test.pattern, field, run)
      if (value === undefined) return undefined
      found.push([test.key, value])
    }
  }
  return recordOf(found)
}

function arrayExtract(tests: readonly Pattern[], target: readonly Value[], run: Run): Value | undefined {
  const found: Value[] = []
  for (const test of tests) {
    if (test.kind === 'any') {
      if (target.length === 0) return undefined
      continue
    }
    const pairs = target.flatMap((item, at) => {
      const value = extracted(test, item, run)
      return value === undefined ? [] : [[at, value]]
    })
    if (pairs.length === 0) return undefined
    found.push(...pairs)
  }
  return found
}

// ---- let -----------------------------------------------------------------------------------------------------

function assign(path: Path, value: Value, run: Run): void {
  const { root, segments } = path
  if (root.kind === 'args' || (root.kind === 'name' && root.slot === undefined))
    fail(`Can't assign to the \`${root.kind === 'name' ? root.name : root.kind}\` constant`)
  if (segments.length === 0) {
    if (root.kind === 'meta') fail("You are trying to assign to a value that isn't valid")
    return store(path, value, run)
  }
  const start = rootOf(path, run)
  if (start === undefined)
    fail(`Trying to access a non existing local key \`${(root as { name: string }).name}\``)
  store(path, placed(start, segments, { value, run }), run)
}

function store({ root }: Path, value: Value, run: Run): void {
  if (root.kind === 'name') run.locals.set(root.slot!, value)
  else run[root.kind as 'event' | 'meta' | 'state'] = value
}

function placed(
  holder: Value | undefined,
  segments: readonly Segment[],
  it: { value: Value; run: Run },
): Value {
  const [first, ...rest] = segments
  if (first === undefined) return it.value
  if (
    first.kind === 'index' ||
    first.kind === 'range' ||
    (isWritten(first) &&
      first.kind === 'element' &&
      first.expr.kind === 'literal' &&
      typeof first.expr.value === 'number')
  ) {
    return fail('It is not supported to assign value into an array')
  }
  const key = first.kind === 'key' ? first.name : stringOf(first.expr, it.run)
  if (holder !== undefined && !isRecord(holder)) conflict(holder, 'record')
  const fields = new Map(Object.entries(holder === undefined ? {} : (holder as Rec)))
  fields.set(key, placed(fields.get(key), rest, it))
  return Object.fromEntries(fields)
}
