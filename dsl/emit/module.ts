/** Puts the functions of a module together and brings them to life. */
import type { Expr } from '../ast.ts'
import type { Eval } from '../program.ts'
import type { Span } from '../source.ts'
import { expression } from './expression.ts'
import { STEPS } from './fuel.ts'
import { names } from './function.ts'
import { instantiate } from './instantiate.ts'
import {
  block,
  constant,
  indented,
  type Module,
  newModule,
  newUnit,
  site,
  type Unit,
  use,
  write,
} from './unit.ts'

export interface Entry {
  readonly unit: Unit
  readonly lines: readonly string[]
}

export interface Built<T> {
  readonly functions: readonly T[]
  readonly javascript: string
}

/** Each entry becomes a function of a frame that throws nothing but ScriptError. */
export function build<T>(module: Module, entries: readonly Entry[], whole: Span): Built<T> {
  const functions = entries.map(({ unit, lines }, at) => mainFunction(unit, lines, at))
  const javascript = [...module.sources, ...functions].join('\n')
  const wrappers = entries.map(({ unit }, at) => wrapper(unit, javascript, { at, whole }))
  const exported = entries.map((_, at) => `run${at}`).join(', ')
  const variables = [
    `let fuel = ${STEPS};`,
    `let at = ${constant(entries[0]!.unit, { span: whole, outer: whole })};`,
  ]
  const constants = module.constants.map((_, at) => `const k${at} = K[${at}];`)
  const body = [...constants, ...variables, javascript, ...wrappers, `return [${exported}];`].join('\n')
  return {
    functions: instantiate<T[]>({ names: module.names, constants: module.constants, body }),
    javascript,
  }
}

function mainFunction(unit: Unit, lines: readonly string[], at: number): string {
  const locals = [...unit.slots].map((slot) => `l${slot}`)
  const roots = [...unit.roots].map((name) => `${name} = frame.${name}`)
  const variables = [...roots, ...locals].join(', ')
  const declared = variables === '' ? [] : [`let ${variables};`]
  return [
    `function main${at}(frame) {`,
    ...indented([...declared, ...names('t', unit.temps), ...lines]),
    '}',
  ].join('\n')
}

/** What a run begins with: a script that counts no steps and tells no places needs neither anew. */
function wrapper(unit: Unit, code: string, { at, whole }: { at: number; whole: Span }): string {
  return [
    `function run${at}(frame) {`,
    ...(/\bfuel\b/.test(code) ? [`  fuel = ${STEPS};`] : []),
    ...(/\bat = /.test(code) ? [`  at = ${site(unit, whole)};`] : []),
    `  ${use(unit, 'renew')}();`,
    `  try { return main${at}(frame); }`,
    `  catch (error) { throw ${use(unit, 'asScriptError')}(error, at, frame); }`,
    '}',
  ].join('\n')
}

/** An expression by itself, as an entry. */
export function entryOf(module: Module, expr: Expr): Entry {
  const unit = newUnit(module, 'expression')
  const lines = block(unit, () => write(unit, `return ${expression(unit, expr).js};`))
  return { unit, lines }
}

/** Functions that evaluate expressions, sharing one module. */
export function evals(exprs: readonly Expr[], whole: Span): readonly Eval[] {
  if (exprs.length === 0) return []
  const module = newModule()
  const entries = exprs.map((expr) => entryOf(module, expr))
  return build<Eval>(module, entries, whole).functions
}
