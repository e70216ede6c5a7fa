/** `patch`: a new record from an old one. */
import type { Expr, Patch, PatchOp } from '../ast.ts'
import type { Span } from '../source.ts'
import { expression } from './expression.ts'
import { emitString, isName } from './literal.ts'
import {
  type Code,
  fieldName,
  operands,
  pinned,
  quote,
  recordTest,
  site,
  siteWithin,
  stable,
  temp,
  type Unit,
  use,
  write,
} from './unit.ts'

/** Fields that will be written into one copy. */
interface Draft {
  readonly unit: Unit
  readonly expr: Patch
  /** `patch … of`, which tremor takes for the place of the patch. */
  readonly head: Span
  /** The variable with the record as far as it is made. */
  base: string
  fields: { readonly key: Code; readonly value: string }[]
  /** Keys that will be left out of the next copy. */
  erased: string[]
  /** Whether `base` is a copy made here. */
  fresh: boolean
}

/** All operands are evaluated against the record as it was; then the operations take place in their order. */
export function emitPatch(unit: Unit, expr: Patch): Code {
  const makers = expr.operations.flatMap((op) => operandsOf(unit, op))
  const codes = operands(unit, [() => expression(unit, expr.target), ...makers]).map((code) =>
    pinned(unit, code),
  )
  const head = headOf(expr)
  if (codes[0]!.known !== 'record') checkRecord(unit, codes[0]!.js, site(unit, expr.target.span, head))
  const once = emitAtOnce(unit, expr, { codes, head })
  if (once !== undefined) return once
  const draft: Draft = {
    unit,
    expr,
    head,
    base: codes[0]!.js,
    fields: [],
    erased: [],
    fresh: false,
  }
  let next = 1
  for (const op of expr.operations) {
    const count = operandsOf(unit, op).length
    apply(draft, op, codes.slice(next, next + count))
    next += count
  }
  flush(draft)
  return { ...stable(draft.base, 'any'), fresh: draft.fresh }
}

function operandsOf(unit: Unit, op: PatchOp): (() => Code)[] {
  const key = (expr: Expr) => () => emitString(unit, expr)
  switch (op.op) {
    case 'erase':
      return [key(op.key)]
    case 'copy':
    case 'move':
      return [key(op.from), key(op.to)]
    case 'merge-whole':
      return [() => expression(unit, op.value)]
    default:
      return [key(op.key), () => expression(unit, op.value)]
  }
}

function apply(draft: Draft, op: PatchOp, [first, second]: readonly Code[]): void {
  const { unit, expr, head } = draft
  if (draft.erased.length > 0 && op.op !== 'erase') flush(draft)
  switch (op.op) {
    case 'insert':
    case 'update': {
      const check = use(unit, op.op === 'insert' ? 'refuse' : 'demand')
      if (draft.fields.length > 0 && mayMeet(draft, first!)) flush(draft)
      write(unit, `${check}(${draft.base}, ${first!.js}, ${site(unit, op.key.span, head)});`)
      draft.fields.push({ key: first!, value: second!.js })
      return
    }
    case 'upsert':
      draft.fields.push({ key: first!, value: second!.js })
      return
    case 'erase':
      return erase(draft, first!)
    case 'copy':
    case 'move': {
      const made = use(unit, op.op === 'copy' ? 'copied' : 'moved')
      return replace(
        draft,
        (base) => `${made}(${base}, ${first!.js}, ${second!.js}, ${siteWithin(unit, op.to.span, head)})`,
      )
    }
    case 'merge': {
      const at = site(unit, op.key.span, head)
      return replace(
        draft,
        (base) => `${use(unit, 'mergeField')}(${base}, ${first!.js}, ${second!.js}, ${at})`,
      )
    }
    case 'merge-whole':
      replace(draft, (base) => `${use(unit, 'merge')}(${base}, ${first!.js})`)
      if (op !== expr.operations.at(-1)) checkBase(draft)
  }
}

function headOf({ span, target }: Patch): Span {
  const of = /\bof\b/g
  of.lastIndex = target.span.end
  const found = of.exec(span.source.text)
  return found === null ? span : { ...span, end: found.index + 2 }
}

/** Whether a field that waits to be written may be the one that is asked for. */
function mayMeet({ fields }: Draft, key: Code): boolean {
  const isConstant = (code: Code): boolean => isQuoted(code.js)
  return !isConstant(key) || fields.some((field) => !isConstant(field.key) || field.key.js === key.js)
}

function replace(draft: Draft, made: (base: string) => string): void {
  flush(draft)
  const next = temp(draft.unit)
  write(draft.unit, `${next} = ${made(draft.base)};`)
  draft.base = next
  draft.fresh = true
}

/** Erasures in a row are one copy. */
function erase(draft: Draft, key: Code): void {
  if (draft.fields.length > 0) flush(draft)
  draft.erased.push(isQuoted(key.js) ? key.js : `[${key.js}]`)
}

function flush(draft: Draft): void {
  const { unit, base, fields, erased } = draft
  if (erased.length > 0) {
    const [next, unused] = [temp(unit), temp(unit)]
    write(unit, `({ ${erased.map((key) => `${key}: ${unused}`).join(', ')}, ...${next} } = ${base});`)
    Object.assign(draft, { base: next, erased: [], fresh: true })
  } else if (fields.length > 0 && draft.fresh) {
    for (const { key, value } of fields) write(unit, putInto(unit, base, { key: key.js, value }))
    draft.fields = []
  } else if (fields.length > 0) {
    const next = temp(unit)
    const names = fields.map(
      ({ key, value }) => `${isQuoted(key.js) ? constantName(key.js) : `[${key.js}]`}: ${value}`,
    )
    write(unit, `${next} = { ...${base}, ${names.join(', ')} };`)
    Object.assign(draft, { base: next, fields: [], fresh: true })
  }
}

function putInto(unit: Unit, base: string, { key, value }: { key: string; value: string }): string {
  if (isQuoted(key) && key !== quote('__proto__')) return `${base}[${key}] = ${value};`
  return `${use(unit, 'put')}(${base}, ${key}, ${value});`
}

function isQuoted(js: string): boolean {
  return js.startsWith('"')
}

function constantName(quoted: string): string {
  return quoted === quote('__proto__') ? fieldName('__proto__') : quoted
}

function checkBase({ unit, expr, head, base }: Draft): void {
  checkRecord(unit, base, site(unit, expr.target.span, head))
}

function checkRecord(unit: Unit, variable: string, at: string): void {
  write(unit, `if (!${recordTest(unit, variable)}) ${use(unit, 'needRecord')}(${variable}, ${at});`)
}

/**
 * Operations on different constant keys do not see one another: after all checks, in their order, one copy without what
 * goes, and what comes written into it.
 */
function emitAtOnce(
  unit: Unit,
  { operations }: Patch,
  { codes, head }: { codes: readonly Code[]; head: Span },
): Code | undefined {
  const names = operations.flatMap(namesOf)
  if (names.includes(undefined) || new Set(names).size < names.length) return undefined
  const base = codes[0]!.js
  const gone: string[] = []
  const come: string[] = []
  const made = temp(unit)
  let next = 1
  for (const op of operations) {
    if (op.op === 'erase') {
      gone.push(`${nameOf(op.key)}: ${temp(unit)}`)
      next += 1
    } else if ('from' in op) {
      write(unit, `${use(unit, 'refuse')}(${base}, ${nameOf(op.to)}, ${siteWithin(unit, op.to.span, head)});`)
      const held = temp(unit)
      if (op.op === 'move') gone.push(`${nameOf(op.from)}: ${held}`)
      else come.push(`${held} = ${use(unit, 'field')}(${base}, ${nameOf(op.from)});`)
      come.push(`if (${held} !== undefined) ${putInto(unit, made, { key: nameOf(op.to), value: held })}`)
      next += 2
    } else if ('key' in op) {
      const check = op.op === 'insert' ? 'refuse' : op.op === 'update' ? 'demand' : undefined
      if (check !== undefined)
        write(unit, `${use(unit, check)}(${base}, ${nameOf(op.key)}, ${site(unit, op.key.span, head)});`)
      come.push(putInto(unit, made, { key: nameOf(op.key), value: codes[next + 1]!.js }))
      next += 2
    }
  }
  if (gone.length === 0) return undefined
  write(unit, `({ ${gone.join(', ')}, ...${made} } = ${base});`)
  unit.lines.push(...come)
  return { ...stable(made, 'record'), fresh: true }
}

/** The keys an operation is about; undefined for those that are not known, or not only about keys. */
function namesOf(op: PatchOp): (string | undefined)[] {
  if (op.op === 'merge' || op.op === 'merge-whole') return [undefined]
  const keys = 'from' in op ? [op.from, op.to] : [op.key]
  return keys.map((key) => (isName(key) && key.value !== '__proto__' ? key.value : undefined))
}

function nameOf(key: Expr): string {
  return quote((key as { readonly value: string } & Expr).value as string)
}
