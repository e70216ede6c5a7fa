/** What `use`, `mod`, `const`, `fn` and `define` declare. They hold one another, so they are resolved by one file. */
import type { Const, DefineScript, Definition, IntrinsicFn, Item, Mod, Script, Use, With } from '../../ast.ts'
import { duplicateConstant } from '../../checks/duplicate-constant.ts'
import { duplicateFunction } from '../../checks/duplicate-function.ts'
import { moduleCycle } from '../../checks/module-cycle.ts'
import { unknownFunction } from '../../checks/unknown-function.ts'
import { unknownModule } from '../../checks/unknown-module.ts'
import { unknownOperator } from '../../checks/unknown-operator.ts'
import { type Callable, createLocals, createScope, type ModuleRef, type Scope } from '../../names.ts'
import type { Source, Span } from '../../source.ts'
import type { Rec, Value } from '../../value.ts'
import { parseModule } from '../1-parse.ts'
import { type Declaration, isDeclaration, type Shared } from './context.ts'
import { resolveFn, resolveIn } from './expressions.ts'

/** Declares what an item declares in `scope`. */
export function declare(item: Declaration, scope: Scope, shared: Shared): void {
  switch (item.kind) {
    case 'use':
      return declareUse(item, scope, shared)
    case 'mod':
      return declareModule(item.name, item.items, scope, shared)
    case 'const':
      return declareConst(item, scope, shared)
    case 'fn':
      resolveFn(item, scope, shared)
      return declareFunction(item.name, item.span, { kind: 'fn', fn: item }, scope, shared)
    case 'intrinsic':
      return declareIntrinsic(item, scope, shared)
  }
}

function declareConst(item: Const, scope: Scope, shared: Shared): void {
  resolveIn(item.value, { scope, locals: createLocals() }, shared)
  const first = scope.consts.get(item.name)
  if (first !== undefined) return shared.report(duplicateConstant(item.span, item.name, first.declared.span))
  scope.consts.set(item.name, { declared: item, value: shared.fold(item.value, shared.report) })
}

function declareFunction(name: string, span: Span, callable: Callable, scope: Scope, shared: Shared): void {
  const first = scope.fns.get(name)
  if (first === undefined) return void scope.fns.set(name, callable)
  shared.report(duplicateFunction(span, name, first.kind === 'fn' ? first.fn.span : first.span))
}

function declareIntrinsic(item: IntrinsicFn, scope: Scope, shared: Shared): void {
  const name = [...item.module, item.native].join('::')
  const native = shared.world.functions.get(name)
  if (native !== undefined) {
    return declareFunction(item.name, item.span, { kind: 'native', native, span: item.span }, scope, shared)
  }
  const call = {
    kind: 'call' as const,
    module: ['core', ...item.module],
    name: item.native,
    nameSpan: item.span,
    args: [],
    span: item.span,
  }
  shared.report(
    unknownFunction(call, { siblings: [...shared.world.functions.keys()], modules: [], library: undefined }),
  )
}

function declareModule(name: string, items: Mod['items'], scope: Scope, shared: Shared): void {
  const inner = createScope([...scope.path, name])
  declareAll(items, inner, shared)
  scope.mods.set(name, { kind: 'own', scope: inner })
}

/** A function is known from its declaration on; that there will be one helps to say so. */
function announce(items: readonly (Item | Definition)[], { later }: Scope): void {
  for (const item of items) if (item.kind === 'fn' || item.kind === 'intrinsic') later.add(item.name)
}

function declareAll(items: readonly (Item | Definition)[], scope: Scope, shared: Shared): void {
  announce(items, scope)
  for (const item of items) {
    if (isDeclaration(item)) declare(item, scope, shared)
    else if (item.kind.startsWith('define-')) resolveDefinition(item as Definition, scope, shared)
  }
}

// ---- use -----------------------------------------------------------------------------------------------------

function declareUse(use: Use, scope: Scope, shared: Shared): void {
  const name = use.alias ?? use.module[use.module.length - 1]!
  const found = moduleOf(use, name, scope, shared)
  if (found === undefined) shared.broken.add(name)
  else scope.mods.set(name, found)
}

/** A file of the user's comes before a module of ours with the same name. */
function moduleOf(use: Use, name: string, scope: Scope, shared: Shared): ModuleRef | undefined {
  const { world } = shared
  const file = world.findModule(use.module, use.span.source)
  if (file !== undefined) {
    const inner = readModule(use, file, [...scope.path, name], shared)
    return inner && { kind: 'own', scope: inner }
  }
  const path = use.module.join('::')
  const known = [...world.library.keys(), ...aggregateModules(world.aggregates.keys())]
  if (known.some((module) => module === path || module.startsWith(`${path}::`))) {
    return { kind: 'library', path: use.module }
  }
  shared.report(unknownModule(use, known, world.modulePaths ?? []))
  return undefined
}

function aggregateModules(names: Iterable<string>): string[] {
  return [...new Set([...names].map((name) => name.split('::').slice(0, -1).join('::')))]
}

function readModule(use: Use, file: Source, path: readonly string[], shared: Shared): Scope | undefined {
  if (shared.reading.includes(file.name)) {
    shared.report(moduleCycle(use.span, [...shared.reading, file.name]))
    return undefined
  }
  const read = shared.modules.get(file.name)
  if (read !== undefined) return read
  const scope = createScope(path)
  shared.reading.push(file.name)
  const parsed = parseModule(file)
  for (const finding of parsed.findings) shared.report(finding)
  for (const name of parsed.broken) shared.broken.add(name)
  declareAll(parsed.tree, scope, shared)
  shared.reading.pop()
  shared.modules.set(file.name, scope)
  return scope
}

// ---- define --------------------------------------------------------------------------------------------------

/** A later definition of a name takes the place of an earlier one. */
export function resolveDefinition(definition: Definition, scope: Scope, shared: Shared): void {
  resolveParams(definition.params, scope, shared)
  if (definition.kind === 'define-window') {
    if (definition.script !== undefined)
      resolveIn(definition.script, { scope, locals: createLocals() }, shared)
    scope.windows.set(definition.name, definition)
  } else if (definition.kind === 'define-operator') {
    const name = definition.operator.join('::')
    const { operators } = shared.world
    if (!operators.has(name)) shared.report(unknownOperator(definition.operatorSpan, name, operators.keys()))
    scope.operators.set(definition.name, definition)
  } else {
    resolveEmbedded(definition, scope, shared)
    scope.scripts.set(definition.name, definition)
  }
}

function resolveEmbedded({ script }: DefineScript, scope: Scope, shared: Shared): void {
  resolveScriptIn(script, createScope([], scope), shared)
}

/** The items of a script in order: what one declares, those behind it see. */
export function resolveScriptIn(script: Script, scope: Scope, shared: Shared): void {
  const locals = createLocals()
  announce(script.items, scope)
  for (const item of script.items) {
    if (isDeclaration(item)) declare(item, scope, shared)
    else resolveIn(item, { scope, locals }, shared)
  }
  locals.finish()
  script.locals = locals.count()
}

export function resolveParams(params: readonly With[], scope: Scope, shared: Shared): void {
  for (const { value } of params) resolveIn(value, { scope, locals: createLocals() }, shared)
}

/** The values of parameters. Later lists come before earlier ones, key by key. */
export function paramsOf(lists: readonly (readonly With[])[], shared: Shared): Rec {
  const entries = new Map<string, Value>()
  for (const { name, value } of lists.flat()) {
    const folded = shared.fold(value, shared.report)
    if (folded !== undefined) entries.set(name, folded)
  }
  return Object.fromEntries(entries)
}
