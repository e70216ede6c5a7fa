/** Calls: of native functions, whose arguments are checked here, of the script's own, and of aggregates. */
import type { Call, Fn, Recur } from '../ast.ts'
import type { Argument, NativeFunction, TypeName } from '../function.ts'
import { expression } from './expression.ts'
import { disturbs, proveArray, reads } from './fixed.ts'
import { functionName } from './function.ts'
import type { Site } from './runtime/site.ts'
import {
  any,
  type Code,
  constant,
  local,
  operands,
  pinned,
  quote,
  temp,
  type Unit,
  use,
  write,
} from './unit.ts'

export function emitCall(unit: Unit, call: Call): Code {
  const { callee } = call
  if (callee === undefined) throw new Error(`a call of ${call.name} was not resolved`)
  if (callee.kind === 'aggregate') return emitAggregate(unit, call, callee.index)
  const args = operands(
    unit,
    call.args.map((arg) => () => expression(unit, arg)),
  )
  if (callee.kind === 'fn') return emitFnCall(unit, call, { fn: callee.fn, args })
  return emitNative(unit, call, { native: callee.native, args })
}

function callSite(unit: Unit, call: Call, name: string, native?: NativeFunction): string {
  const site: Site = {
    span: call.span,
    outer: call.span,
    name: `${name}/${call.args.length}`,
    call: true,
    ...(native === undefined ? {} : { takes: inWords(native) }),
  }
  return constant(unit, site)
}

/** `It takes a string and an integer`. */
function inWords({ args }: NativeFunction): string {
  const words = args.map(({ type }) => [type].flat().map(withArticle).join(' or '))
  const last = words.pop() ?? 'nothing'
  return `It takes ${words.length === 0 ? last : `${words.join(', ')} and ${last}`}`
}

function withArticle(type: TypeName): string {
  switch (type) {
    case 'any':
      return 'any value'
    case 'null':
    case 'bytes':
      return type
    case 'bool':
      return 'a boolean'
    default:
      return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`
  }
}

function emitNative(
  unit: Unit,
  call: Call,
  { native, args }: { native: NativeFunction; args: readonly Code[] },
): Code {
  const place = callSite(unit, call, native.name, native)
  const least = native.least ?? native.args.length
  const most = native.open === true ? Number.MAX_SAFE_INTEGER : native.args.length
  const values = args.map((arg) => pinned(unit, arg))
  if (args.length < least || args.length > most) {
    const counts = `[${least}, ${native.args.length}, ${args.length}]`
    return any(`${use(unit, 'badArity')}(${place}, ${quote(native.name)}, ${counts})`)
  }
  const tests = values.flatMap((value, at) => testOf(unit, native.args[at], value))
  if (tests.length > 0) {
    const given = `[${values.map(({ js }) => js).join(', ')}]`
    const failure = `${use(unit, 'badType')}(${place}, ${given})`
    write(unit, `if (!(${tests.join(' && ')})) ${failure};`)
  }
  values.forEach(({ js }, at) => {
    if (native.args[at]?.type === 'array') proveArray(unit, js)
  })
  if (native.inline !== undefined) {
    const js = native.inline(...values.map((value) => value.js))
    return pinned(unit, { ...any(js), known: knownOf(native) })
  }
  write(unit, `at = ${place};`)
  values.forEach(({ js }, at) => {
    if (mayBeLong(native.args[at]) && !/^"[^"]{0,99}"$/.test(js))
      write(unit, `${use(unit, 'charge')}(${js});`)
  })
  const given = values.map(({ js }) => js)
  if (native.context === true) given.unshift('frame')
  return pinned(unit, {
    ...any(`${constant(unit, native.run)}(${given.join(', ')})`),
    known: knownOf(native),
  })
}

/** Texts and lists cost by their length; what else there is costs little. */
function mayBeLong(argument: Argument | undefined): boolean {
  const types: readonly TypeName[] = [argument?.type ?? 'any'].flat()
  return types.some((type) => type === 'string' || type === 'array' || type === 'any')
}

function knownOf({ returns }: NativeFunction): Code['known'] {
  if (returns === 'bool') return 'boolean'
  return returns === 'string' || returns === 'record' || returns === 'array' || returns === 'integer'
    ? returns
    : 'any'
}

/** The JavaScript test of an argument's type, unless it is known to hold. */
function testOf(unit: Unit, argument: Argument | undefined, { js, known }: Code): string[] {
  if (argument === undefined) return []
  const types = typeof argument.type === 'string' ? [argument.type] : argument.type
  if (types.includes('any') || types.some((type) => isKnown(type, known))) return []
  const tests = types.map((type) => typeTest(unit, type, js))
  return [tests.length === 1 ? tests[0]! : `(${tests.join(' || ')})`]
}

function isKnown(type: TypeName, known: Code['known']): boolean {
  if (known === 'integer') return type === 'integer' || type === 'number'
  return known === 'boolean' ? type === 'bool' : known !== 'any' && type === known
}

function typeTest(unit: Unit, type: TypeName, js: string): string {
  switch (type) {
    case 'any':
      return 'true'
    case 'null':
      return `${js} === null`
    case 'bool':
      return `typeof ${js} === "boolean"`
    case 'string':
      return `typeof ${js} === "string"`
    case 'array':
      return `Array.isArray(${js})`
    case 'integer':
      return `${use(unit, 'isInteger')}(${js})`
    case 'float':
      return `${use(unit, 'isFloat')}(${js})`
    case 'number':
      return `${use(unit, 'isNumber')}(${js})`
    case 'bytes':
      return `${use(unit, 'isBytes')}(${js})`
    case 'record':
      return `${use(unit, 'isRecord')}(${js})`
  }
}

/** Arguments that are missing stay without a value, those too many are in `args` or lost, as in tremor. */
function emitFnCall(unit: Unit, call: Call, { fn, args }: { fn: Fn; args: readonly Code[] }): Code {
  const given = args.map(({ js }) => js)
  const own = fn.params.map((_, at) => given[at] ?? 'undefined')
  const rest = fn.open ? [`[${given.slice(fn.params.length).join(', ')}]`] : []
  const name = functionName(unit, fn, call.args.length)
  return pinned(
    unit,
    any(`${name}(${['frame', callSite(unit, call, call.name), ...own, ...rest].join(', ')})`),
  )
}

function emitAggregate(unit: Unit, call: Call, index: number): Code {
  const place = callSite(unit, call, call.name)
  write(unit, `at = ${place};`)
  const outside = `${use(unit, 'aggregateOutside')}(${place})`
  return pinned(unit, any(`frame.aggregates === null ? ${outside} : frame.aggregates[${index}].emit()`))
}

/**
 * The next round of the function: all arguments are evaluated, then the parameters change, then other locals are unset. An argument
 * that is its own parameter stays where it is; a parameter that no later argument reads changes at once; the others wait in variables.
 */
export function emitRecur(unit: Unit, expr: Recur): void {
  const { fn } = unit
  if (fn === undefined) throw new Error('recur outside of a function')
  const count = fn.params.length
  const disturbed = expr.args.some((arg) => disturbs(arg, count))
  const waiting: string[] = []
  expr.args.forEach((arg, at) => {
    const code = expression(unit, arg)
    const param = at < count ? local(unit, at) : temp(unit)
    if (!disturbed && code.js === param) return
    if (!disturbed && !expr.args.slice(at + 1).some((other) => reads(other, at)))
      write(unit, `${param} = ${code.js};`)
    else waiting.push(`${param} = ${pinned(unit, { ...code, stable: false }).js};`)
  })
  for (const line of waiting) write(unit, line)
  write(unit, 'continue again;')
}
