/**
 * What an expression evaluates to without any event. Errors on the way are errors of compilation, as in tremor
 * (tremor-script/src/ast.rs, try_reduce); patch, merge and paths into constants are left to the run.
 */
import type { Binary, BinaryOp, Bytes, Call, Expr, RecordExpr, Text, Unary } from '../ast.ts'
import { notConstant } from '../checks/not-constant.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { NativeFunction } from '../function.ts'
import { ScriptError } from '../program.ts'
import type { Rec, Value } from '../value.ts'
import { renew } from '../work.ts'
import { partsOf } from './bytes.ts'
import { diagnosticOf } from './diagnostic.ts'
import { acceptsArguments } from './native.ts'
import * as arithmetic from './runtime/arithmetic.ts'
import { pack } from './runtime/bytes.ts'
import * as compare from './runtime/compare.ts'
import { asScriptError, badArity, badType } from './runtime/errors.ts'
import { put } from './runtime/records.ts'
import { linesAround, type Site } from './runtime/site.ts'
import { text } from './runtime/text.ts'

export type Report = (finding: Diagnostic) => void

/** The value of an expression that must have one. Undefined if it has none, and that was reported. */
export function constantOf(expr: Expr, report: Report = () => {}): Value | undefined {
  let told = false
  const tell: Report = (finding) => {
    told = true
    report(finding)
  }
  const value = foldedValue(expr, tell)
  if (value === undefined && !told) report(notConstant(expr.span))
  return value
}

/** The value of an expression, all of whose parts are constant; undefined if some part is not, or fails. */
export function foldedValue(expr: Expr, report: Report): Value | undefined {
  switch (expr.kind) {
    case 'literal':
      return expr.value
    case 'path':
      return expr.root.kind === 'name' && expr.segments.length === 0 ? expr.root.constant : undefined
    case 'list':
      return allOf(expr.items, report)
    default:
      try {
        return composed(expr, report)
      } catch (error) {
        const failure = asScriptError(error, { span: expr.span, outer: expr.span })
        if (!(failure instanceof ScriptError)) throw failure
        // The values stand in the text.
        const { values: _, ...finding } = diagnosticOf(failure)
        report(finding)
        return undefined
      }
  }
}

function composed(expr: Expr, report: Report): Value | undefined {
  switch (expr.kind) {
    case 'text':
      return textOf(expr, report)
    case 'record':
      return recordOf(expr, report)
    case 'bytes':
      return bytesOf(expr, report)
    case 'unary':
      return unaryOf(expr, report)
    case 'binary':
      return binaryOf(expr, report)
    case 'call':
      return callOf(expr, report)
    default:
      return undefined
  }
}

function allOf(exprs: readonly Expr[], report: Report): Value[] | undefined {
  const values: Value[] = []
  for (const expr of exprs) {
    const value = foldedValue(expr, report)
    if (value !== undefined) values.push(value)
  }
  return values.length === exprs.length ? values : undefined
}

function textOf({ parts }: Text, report: Report): string | undefined {
  let built = ''
  for (const part of parts) {
    if (typeof part === 'string') built += part
    else if (part.kind === 'legacy' && part.interpolates !== true) built += part.text
    else {
      const value = foldedValue(part.kind === 'legacy' ? part.path : part, report)
      if (value === undefined) return undefined
      built += text(value)
    }
  }
  return built
}

function recordOf({ fields }: RecordExpr, report: Report): Rec | undefined {
  const record: Rec = {}
  const values = allOf(
    fields.flatMap(({ key, value }) => [key, value]),
    report,
  )
  if (values === undefined || fields.some((_, at) => typeof values[2 * at] !== 'string')) return undefined
  fields.forEach((_, at) => {
    put(record, values[2 * at] as string, values[2 * at + 1]!)
  })
  return record
}

function bytesOf(expr: Bytes, report: Report): Uint8Array | undefined {
  const values = allOf(
    expr.parts.map(({ value }) => value),
    report,
  )
  return values && pack(values, partsOf(expr))
}

const unary = {
  '+': arithmetic.plus,
  '-': arithmetic.minus,
  '!': arithmetic.flip,
  not: arithmetic.negate,
}

function unaryOf({ op, operand, span }: Unary, report: Report): Value | undefined {
  const value = foldedValue(operand, report)
  return value === undefined ? undefined : unary[op](value, { span, outer: linesAround(span, 2) })
}

const binary: Record<BinaryOp, (left: Value, right: Value, at: Site) => Value> = {
  or: arithmetic.or,
  xor: arithmetic.xor,
  and: arithmetic.and,
  '^': arithmetic.bitXor,
  '&': arithmetic.bitAnd,
  '==': compare.equal,
  '!=': (left, right) => !compare.equal(left, right),
  '>=': compare.greaterOrEqual,
  '>': compare.greater,
  '<=': compare.lessOrEqual,
  '<': compare.less,
  '>>': arithmetic.shiftRight,
  '>>>': arithmetic.shiftRightUnsigned,
  '<<': arithmetic.shiftLeft,
  '+': arithmetic.add,
  '-': arithmetic.subtract,
  '*': arithmetic.multiply,
  '/': arithmetic.divide,
  '%': arithmetic.remainder,
}

function binaryOf({ op, left, right, span }: Binary, report: Report): Value | undefined {
  const sides = allOf([left, right], report)
  return sides && binary[op](sides[0]!, sides[1]!, { span, outer: span })
}

function callOf({ callee, args, span }: Call, report: Report): Value | undefined {
  if (callee?.kind !== 'native' || !callee.native.constant || callee.native.context === true) {
    allOf(args, report)
    return undefined
  }
  const values = allOf(args, report)
  return (
    values &&
    applied(callee.native, values, { span, outer: span, name: `${callee.native.name}/${args.length}` })
  )
}

function applied(native: NativeFunction, args: readonly Value[], at: Site): Value {
  const least = native.least ?? native.args.length
  if (args.length < least || (native.open !== true && args.length > native.args.length)) {
    badArity(at, native.name, [least, native.args.length, args.length])
  }
  if (!acceptsArguments(native, args)) badType(at)
  renew()
  try {
    return native.run(...args)
  } catch (error) {
    throw asScriptError(error, at)
  }
}
