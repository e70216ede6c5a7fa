/** What names mean in a place: constants, functions, modules and definitions of a module, and the locals of a run. */
import type { Const, DefineOperator, DefineScript, DefineWindow, Fn, PathRoot } from './ast.ts'
import type { NativeFunction } from './function.ts'
import type { Span } from './source.ts'
import type { Value } from './value.ts'

/** The names that a script, a query or a module declares. A name is declared where its text stands, not before. */
export interface Scope {
  /** `a::b` for a module, nothing for the top. */
  readonly path: readonly string[]
  readonly consts: Map<string, Constant>
  readonly fns: Map<string, Callable>
  readonly mods: Map<string, ModuleRef>
  readonly windows: Map<string, DefineWindow>
  readonly operators: Map<string, DefineOperator>
  readonly scripts: Map<string, DefineScript>
  /** Functions that the text of the scope declares, here or further down. */
  readonly later: Set<string>
  /** Where modules are looked for that this one lacks: the query around an embedded script. */
  readonly outer?: Scope
}

export interface Constant {
  readonly declared: Const
  /** Undefined if it could not be evaluated; that has been told. */
  readonly value: Value | undefined
}

export type Callable =
  | { readonly kind: 'fn'; readonly fn: Fn }
  | { readonly kind: 'native'; readonly native: NativeFunction; readonly span: Span }

/** A module of the user's, or a place in our own library: `['std']`, `['std', 'array']`, `['aggr', 'stats']`. */
export type ModuleRef =
  | { readonly kind: 'own'; readonly scope: Scope }
  | { readonly kind: 'library'; readonly path: readonly string[] }

export function createScope(path: readonly string[] = [], outer?: Scope): Scope {
  return {
    path,
    consts: new Map(),
    fns: new Map(),
    mods: new Map(),
    windows: new Map(),
    operators: new Map(),
    scripts: new Map(),
    later: new Set(),
    ...(outer === undefined ? {} : { outer }),
  }
}

/** The module that `names` leads to from `scope`. */
export function findModule(scope: Scope, names: readonly string[]): ModuleRef | undefined {
  const [first, ...rest] = names
  if (first === undefined) return { kind: 'own', scope }
  const found = scope.mods.get(first)
  if (found === undefined) return scope.outer === undefined ? undefined : findModule(scope.outer, names)
  if (found.kind === 'library') return { kind: 'library', path: [...found.path, ...rest] }
  return rest.length === 0 ? found : findModule(found.scope, rest)
}

/** The locals of one script or function: a slot for each name, and names that hold for a part of the text only. */
export interface Locals {
  /** How many slots were given out. */
  readonly count: () => number
  /** The slot of a name for reading. It counts only if the name is assigned somewhere: see `finish`. */
  read(root: PathRoot & { kind: 'name' }): void
  /** The slot of a name that is assigned here. */
  assign(name: string): number
  /** A new slot under `name` until `leave`. */
  shadow(name: string): number
  enter(): void
  leave(): void
  /** Whether the name holds a value at this point of the text. */
  isBound(name: string): boolean
  /** Whether a pattern or a comprehension around this point gives the name its meaning. */
  isShadow(name: string): boolean
  /** Names that can be read here, for did-you-mean. */
  names(): string[]
  /** Gives the roots that were read their slots; those of names never assigned get none and are returned. */
  finish(): (PathRoot & { kind: 'name' })[]
}

export function createLocals(params: readonly string[] = []): Locals {
  const slots = new Map<string, number>()
  const assigned = new Set<string>(params)
  const shadows: Map<string, number>[] = []
  const pending: (PathRoot & { kind: 'name' })[] = []
  let count = 0
  for (const param of params) slots.set(param, count++)
  return { count: () => count, read, assign, shadow, enter, leave, isBound, isShadow, names, finish }

  function shadowOf(name: string): number | undefined {
    for (let level = shadows.length - 1; level >= 0; level -= 1) {
      const slot = shadows[level]!.get(name)
      if (slot !== undefined) return slot
    }
    return undefined
  }

  function read(root: PathRoot & { kind: 'name' }): void {
    const slot = shadowOf(root.name)
    if (slot === undefined) pending.push(root)
    else root.slot = slot
  }

  function assign(name: string): number {
    const shadowed = shadowOf(name)
    if (shadowed !== undefined) return shadowed
    assigned.add(name)
    let slot = slots.get(name)
    if (slot === undefined) slots.set(name, (slot = count++))
    return slot
  }

  function shadow(name: string): number {
    const slot = count++
    shadows[shadows.length - 1]!.set(name, slot)
    return slot
  }

  function enter(): void {
    shadows.push(new Map())
  }

  function leave(): void {
    shadows.pop()
  }

  function isBound(name: string): boolean {
    return shadowOf(name) !== undefined || assigned.has(name)
  }

  function isShadow(name: string): boolean {
    return shadowOf(name) !== undefined
  }

  function names(): string[] {
    return [...assigned, ...shadows.flatMap((level) => [...level.keys()])]
  }

  function finish(): (PathRoot & { kind: 'name' })[] {
    const unassigned: (PathRoot & { kind: 'name' })[] = []
    for (const root of pending) {
      const slot = slots.get(root.name)
      if (slot === undefined) unassigned.push(root)
      else root.slot = slot
    }
    return unassigned
  }
}
