/** What emitters write into: a module of functions, a function being written, and the pieces of code in between. */
import type { Arm, Fn } from '../ast.ts'
import type { Span } from '../source.ts'
import { fixedParams } from './fixed.ts'
import type { RuntimeName } from './runtime/runtime.ts'
import type { Site } from './runtime/site.ts'

/** One generated module: the script and the functions it calls. */
export interface Module {
  readonly names: Set<RuntimeName>
  readonly constants: unknown[]
  readonly numbers: Map<unknown, number>
  readonly functions: Map<Fn, string>
  /** Those of them that are also called with too few arguments, for these calls. */
  readonly gappy: Map<Fn, string>
  /** Whole functions, in the order they can be read. */
  readonly sources: string[]
}

/** One JavaScript function being written. */
export interface Unit {
  readonly module: Module
  readonly kind: 'script' | 'expression' | 'function'
  /** Statements of the block being written. */
  lines: string[]
  temps: number
  labels: number
  readonly slots: Set<number>
  /** Roots that are read: `event`, `meta`, `state`. */
  readonly roots: Set<string>
  /** Locals that have a value at this point, whatever way led here. */
  assigned: Set<number>
  /** Paths whose record was made in this run and is known to nobody else, so that it may be written in place. */
  owned: Set<string>
  /** The variables of parameters that keep their value for a round (`fixed.ts`). */
  readonly fixed: ReadonlySet<string>
  /** Those of them that hold an array, whatever way led here. */
  arrays: Set<string>
  /** Inside an expression: effectors before the last one are not run. */
  pure: boolean
  /** The function being written, for `recur`. */
  readonly fn?: Fn
}

/** What can be known of a value while compiling. */
export type Known = 'any' | 'boolean' | 'string' | 'integer' | 'record' | 'array'

/** A JavaScript expression. */
export interface Code {
  readonly js: string
  readonly known: Known
  /** A name or literal: evaluating it later, or twice, makes no difference. */
  readonly stable: boolean
  /** The value is a record made here. */
  readonly fresh?: boolean
}

/** Where a value goes: it is the result of the function, goes into a variable, or is not wanted. */
export type Goal =
  | { readonly to: 'return' }
  | { readonly to: 'variable'; readonly name: string }
  | { readonly to: 'nothing' }

export const NOTHING: Goal = { to: 'nothing' }

export function newModule(): Module {
  return {
    names: new Set(),
    constants: [],
    numbers: new Map(),
    functions: new Map(),
    gappy: new Map(),
    sources: [],
  }
}

export function newUnit(module: Module, kind: Unit['kind'], fn?: Fn): Unit {
  const parts = { lines: [], temps: 0, labels: 0, slots: new Set<number>(), roots: new Set<string>() }
  const facts = { assigned: new Set<number>(), owned: new Set<string>(), arrays: new Set<string>() }
  const unit = { module, kind, ...parts, ...facts, fixed: new Set<string>(), pure: false }
  if (fn === undefined) return unit
  return { ...unit, fn, fixed: new Set([...fixedParams(fn)].map((at) => `l${at}`)) }
}

export function any(js: string): Code {
  return { js, known: 'any', stable: false }
}

export function stable(js: string, known: Known = 'any'): Code {
  return { js, known, stable: true }
}

export function write(unit: Unit, line: string): void {
  unit.lines.push(line)
}

/** The name of a helper function, which the module will import. */
export function use(unit: Unit, name: RuntimeName): string {
  unit.module.names.add(name)
  return name
}

/** Counts that a case was taken, if somebody asked for that. */
export function countArm(unit: Unit, { arm }: { readonly arm?: Arm }): void {
  if (arm !== undefined) write(unit, `${constant(unit, arm)}.hits++;`)
}

/** The name of a value that is handed to the module. */
export function constant(unit: Unit, value: unknown): string {
  const { constants, numbers } = unit.module
  let number = numbers.get(value)
  if (number === undefined) {
    number = constants.push(value) - 1
    numbers.set(value, number)
  }
  return `k${number}`
}

export function site(unit: Unit, span: Span, outer: Span = span): string {
  const place: Site = { span, outer }
  return constant(unit, place)
}

/** The place of a part, where tremor names the whole. */
export function siteWithin(unit: Unit, span: Span, whole: Span): string {
  const place: Site = { span, outer: whole, tremor: whole }
  return constant(unit, place)
}

export function temp(unit: Unit): string {
  return `t${unit.temps++}`
}

export function label(unit: Unit): string {
  return `m${unit.labels++}`
}

/** The variable of a local. */
export function local(unit: Unit, slot: number): string {
  unit.slots.add(slot)
  return `l${slot}`
}

/** `event`, `meta` or `state`, which live in variables of that name. */
export function root(unit: Unit, name: 'event' | 'meta' | 'state'): string {
  unit.roots.add(name)
  return name
}

/** The value in a variable, so that it is evaluated once and here. */
export function pinned(unit: Unit, code: Code): Code {
  if (code.stable) return code
  const name = temp(unit)
  write(unit, `${name} = ${code.js};`)
  return { ...code, js: name, stable: true }
}

/** Evaluates from left to right. What stands left of something that needs statements is evaluated before them. */
export function operands(unit: Unit, makers: readonly (() => Code)[]): Code[] {
  const codes: Code[] = []
  for (const make of makers) {
    const mark = unit.lines.length
    const code = make()
    if (unit.lines.length > mark) {
      const later = unit.lines.splice(mark)
      codes.forEach((earlier, at) => {
        codes[at] = pinned(unit, earlier)
      })
      unit.lines.push(...later)
    }
    codes.push(code)
  }
  return codes
}

/** Writes statements into a block of their own. */
export function block(unit: Unit, fill: () => void): string[] {
  const outside = unit.lines
  unit.lines = []
  fill()
  const lines = unit.lines
  unit.lines = outside
  return lines
}

export function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`)
}

/** Writes `head { lines }`. */
export function writeBlock(unit: Unit, head: string, lines: readonly string[]): void {
  write(unit, `${head} {`)
  unit.lines.push(...indented(lines))
  write(unit, '}')
}

/**
 * One of several ways the run may take, or code that may not run at all. What it assigns and owns holds inside only;
 * `joined` says what holds whichever way was taken.
 */
export function branch<T>(unit: Unit, fill: () => T): { readonly result: T; readonly after: Facts } {
  const before = factsOf(unit)
  const { assigned, owned, arrays } = before
  Object.assign(unit, { assigned: new Set(assigned), owned: new Set(owned), arrays: new Set(arrays) })
  const result = fill()
  const after = factsOf(unit)
  Object.assign(unit, before)
  return { result, after }
}

export interface Facts {
  readonly assigned: Set<number>
  readonly owned: Set<string>
  readonly arrays: Set<string>
}

function factsOf({ assigned, owned, arrays }: Unit): Facts {
  return { assigned, owned, arrays }
}

export function joined(unit: Unit, ways: readonly Facts[]): void {
  if (ways.length === 0) return
  const [first, ...others] = ways as [Facts, ...Facts[]]
  unit.assigned = new Set([...first.assigned].filter((slot) => others.every((way) => way.assigned.has(slot))))
  unit.owned = new Set([...first.owned].filter((path) => others.every((way) => way.owned.has(path))))
  unit.arrays = new Set([...first.arrays].filter((name) => others.every((way) => way.arrays.has(name))))
}

/** Code that may run many times: nothing is known to be owned when it starts, nor when it has ended. */
export function repeated<T>(unit: Unit, fill: () => T): T {
  unit.owned = new Set()
  const { result } = branch(unit, fill)
  unit.owned = new Set()
  return result
}

/** Text as a JavaScript string literal. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`)
}

/** A field of an object literal. `__proto__: x` would set the prototype, so that one is computed. */
export function fieldName(key: string): string {
  return key === '__proto__' ? '["__proto__"]' : quote(key)
}

/**
 * Whether the value of a variable is a record. Nearly all are plain objects, which the caches of this very place tell; a
 * field of that name holds a value of the language, never a function.
 */
export function recordTest(unit: Unit, variable: string): string {
  return `(${variable}?.constructor === Object || ${use(unit, 'isRecord')}(${variable}))`
}
