/** Patterns as decision code: a chain of tests, each of which leaves for the next case at once. */
import type { Extract, FieldTest, Pattern } from '../ast.ts'
import type { TextShape } from '../function.ts'
import type { Span } from '../source.ts'
import { expression } from './expression.ts'
import { proveArray } from './fixed.ts'
import { spend } from './fuel.ts'
import { equality, quickly } from './operator.ts'
import { fieldRead } from './path.ts'
import type { RuntimeName } from './runtime/runtime.ts'
import {
  any,
  block,
  branch,
  type Code,
  constant,
  fieldName,
  indented,
  label,
  local,
  pinned,
  quote,
  recordTest,
  siteWithin,
  stable,
  temp,
  type Unit,
  use,
  write,
  writeBlock,
} from './unit.ts'

/** What a pattern is tested against, and where to go if it does not match. */
export interface Trial {
  /** A variable or literal. */
  readonly target: Code
  readonly miss: string
  /** Whether the extracted value is asked for. */
  readonly wanted: boolean
  /** The whole match, which tremor shows around failures. */
  readonly outer: Span
  /** A variable that says whether the target is a record, if that was asked already. */
  readonly asked?: string | undefined
  /** Fields of the target that were read before, if it is a record. */
  readonly read?: Map<string, Code> | undefined
}

/** Writes the tests. The result is what the pattern extracts, if it was wanted. */
export function emitPattern(unit: Unit, pattern: Pattern, trial: Trial): Code {
  switch (pattern.kind) {
    case 'default':
    case 'any':
      return trial.target
    case 'expr': {
      const value = pinned(unit, expression(unit, pattern.expr))
      leave(unit, `!${equality(unit, [trial.target, value])}`, trial)
      return value
    }
    case 'bind':
      return bind(unit, pattern, trial)
    case 'record':
      return emitRecordPattern(unit, pattern.fields, trial)
    case 'array':
      return emitArrayPattern(unit, pattern, trial)
    case 'tuple':
      return emitTuplePattern(unit, pattern, trial)
    case 'extract':
      return emitExtract(unit, pattern.test, trial)
  }
}

function leave(unit: Unit, condition: string, { miss }: Trial): void {
  write(unit, `if (${condition}) break ${miss};`)
}

function bind(unit: Unit, pattern: Pattern & { kind: 'bind' }, trial: Trial): Code {
  const value = emitPattern(unit, pattern.pattern, { ...trial, wanted: true })
  if (pattern.slot === undefined) return value
  const name = local(unit, pattern.slot)
  write(unit, `${name} = ${value.js};`)
  unit.assigned.add(pattern.slot)
  return stable(name)
}

/** The record of what was tested by `present` and extracted by `~=`; fields that were compared are not in it. */
function emitRecordPattern(unit: Unit, fields: readonly FieldTest[], trial: Trial): Code {
  if (trial.asked !== undefined) leave(unit, `!${trial.asked}`, trial)
  else if (trial.target.known !== 'record') leave(unit, `!${recordTest(unit, trial.target.js)}`, trial)
  const extracted: string[] = []
  for (const [at, test] of fields.entries()) {
    const value = emitFieldTest(unit, test, at === 0 ? trial : { ...trial, read: knownOf(trial) })
    if (value !== undefined && trial.wanted) extracted.push(`${fieldName(test.key)}: ${value.js}`)
  }
  if (!trial.wanted) return trial.target
  return pinned(unit, { ...any(`{ ${extracted.join(', ')} }`), known: 'record' })
}

/** Only the first field of a pattern is read in any case: of the others nothing new is learned for later cases. */
function knownOf({ read }: Trial): Map<string, Code> | undefined {
  return read && new Map(read)
}

function emitFieldTest(unit: Unit, test: FieldTest, trial: Trial): Code | undefined {
  const known = trial.read?.get(test.key)
  const read = known?.js ?? fieldRead(unit, trial.target.js, test.key)
  if (test.kind === 'absent' || (test.kind === 'present' && !trial.wanted)) {
    leave(unit, `${read} ${test.kind === 'absent' ? '!==' : '==='} undefined`, trial)
    return undefined
  }
  const field = known ?? pinned(unit, any(read))
  trial.read?.set(test.key, field)
  const inner = { ...trial, target: field, asked: undefined, read: undefined }
  switch (test.kind) {
    case 'compare':
      emitComparison(unit, test, inner)
      return undefined
    case 'present':
      leave(unit, `${field.js} === undefined`, trial)
      return field
    // A field that is missing is undefined, which no extractor and no pattern takes.
    case 'extract':
      return emitExtract(unit, test.test, inner)
    case 'pattern':
      return emitPattern(unit, test.pattern, inner)
  }
}

const comparisons: Record<string, RuntimeName> = {
  '>=': 'greaterOrEqual',
  '>': 'greater',
  '<=': 'lessOrEqual',
  '<': 'less',
}

/** A missing field does not match; one that cannot be compared is an error. */
function emitComparison(unit: Unit, test: FieldTest & { kind: 'compare' }, trial: Trial): void {
  const field = trial.target
  if (test.op !== '==' || test.value.kind !== 'literal') leave(unit, `${field.js} === undefined`, trial)
  const value = pinned(unit, expression(unit, test.value))
  if (test.op === '==') leave(unit, `!${missable(unit, test, [field, value])}`, trial)
  else if (test.op === '!=') leave(unit, equality(unit, [field, value]), trial)
  else
    leave(unit, `!${ordered(unit, test.op, [field, value], siteWithin(unit, test.span, trial.outer))}`, trial)
}

function ordered(unit: Unit, op: string, [field, value]: readonly [Code, Code], place: string): string {
  const call = `${use(unit, comparisons[op]!)}(${field.js}, ${value.js}, ${place})`
  const quick = quickly(op, [field, value])
  return quick === undefined ? call : `(${quick} ? ${field.js} ${op} ${value.js} : ${call})`
}

/** Equality with a literal text is false for undefined by itself; other literals ask for a value first. */
function missable(unit: Unit, test: FieldTest & { kind: 'compare' }, pair: readonly [Code, Code]): string {
  const js = equality(unit, pair)
  if (test.value.kind !== 'literal' || pair[1].known === 'string' || pair[1].js === 'null') return js
  return `(${pair[0].js} !== undefined && ${js})`
}

function emitExtract(unit: Unit, test: Extract, trial: Trial): Code {
  const { target } = trial
  const { test: tests, extract } = test.extractor!
  const isText = `typeof ${target.js} === "string"`
  // Patterns pay for what they do themselves.
  const paid = /^(glob|re|rerg|grok)$/i.test(test.name) ? '' : `${use(unit, 'charge')}(${target.js}), `
  const shape = test.extractor!.shape
  if (!trial.wanted && shape !== undefined) {
    leave(unit, `!(${isText} && ${shapeTest(target.js, shape)})`, trial)
    return target
  }
  // Where a failure inside is told.
  write(unit, `at = ${constant(unit, { span: test.span, outer: trial.outer, name: test.name })};`)
  if (!trial.wanted) {
    leave(unit, `!(${isText} && (${paid}${constant(unit, tests)}(${target.js}, frame)))`, trial)
    return target
  }
  const found = pinned(
    unit,
    any(`${isText} ? (${paid}${constant(unit, extract)}(${target.js}, frame)) : undefined`),
  )
  leave(unit, `${found.js} === undefined`, trial)
  return found
}

function shapeTest(js: string, { how, part }: TextShape): string {
  return how === 'is' ? `${js} === ${quote(part)}` : `${js}.${how}(${quote(part)})`
}

/** Every test is met by some element. Extracted are the pairs of index and value of all that meet one. */
function emitArrayPattern(unit: Unit, pattern: Pattern & { kind: 'array' }, trial: Trial): Code {
  if (trial.target.known !== 'array') leave(unit, `!Array.isArray(${trial.target.js})`, trial)
  proveArray(unit, trial.target.js)
  const pairs = temp(unit)
  if (trial.wanted) write(unit, `${pairs} = [];`)
  for (const test of pattern.tests) {
    if (test.kind === 'any') leave(unit, `${trial.target.js}.length === 0`, trial)
    else emitSearch(unit, test, { trial, pairs })
  }
  return trial.wanted ? stable(pairs, 'array') : trial.target
}

function emitSearch(unit: Unit, test: Pattern, { trial, pairs }: { trial: Trial; pairs: string }): void {
  const [at, met, loop, next] = [temp(unit), temp(unit), label(unit), label(unit)]
  write(unit, `${met} = false;`)
  const { result: body } = branch(unit, () =>
    block(unit, () => {
      spend(unit, test.span)
      const item = pinned(unit, any(`${trial.target.js}[${at}]`))
      const value = emitPattern(unit, test, {
        ...trial,
        target: item,
        miss: next,
        asked: undefined,
        read: undefined,
      })
      write(unit, `${met} = true;`)
      write(unit, trial.wanted ? `${pairs}.push([${at}, ${value.js}]);` : `break ${loop};`)
    }),
  )
  write(unit, `${loop}: for (${at} = 0; ${at} < ${trial.target.js}.length; ${at}++) {`)
  write(unit, `  ${next}: {`)
  unit.lines.push(...indented(indented(body)))
  write(unit, '  }')
  write(unit, '}')
  leave(unit, `!${met}`, trial)
}

/** Position by position. The tail of an open tuple is not extracted. */
function emitTuplePattern(unit: Unit, pattern: Pattern & { kind: 'tuple' }, trial: Trial): Code {
  const { js, known } = trial.target
  const length = `${js}.length ${pattern.open ? '<' : '!=='} ${pattern.tests.length}`
  leave(unit, known === 'array' ? length : `!Array.isArray(${js}) || ${length}`, trial)
  proveArray(unit, js)
  const values = pattern.tests.map((test, at) => {
    if (test.kind === 'any' && !trial.wanted) return trial.target
    const item = pinned(unit, any(`${js}[${at}]`))
    return pinned(
      unit,
      emitPattern(unit, test, { ...trial, target: item, asked: undefined, read: undefined }),
    )
  })
  if (!trial.wanted) return trial.target
  return pinned(unit, { ...any(`[${values.map((value) => value.js).join(', ')}]`), known: 'array' })
}

/** Tests in a block that is left where one fails; `fill` writes what is done if none does. */
export function attempt(unit: Unit, fill: (miss: string) => void): void {
  const miss = label(unit)
  const lines = block(unit, () => fill(miss))
  if (lines.some((line) => line.includes(`break ${miss};`))) writeBlock(unit, `${miss}:`, lines)
  else unit.lines.push(...lines)
}
