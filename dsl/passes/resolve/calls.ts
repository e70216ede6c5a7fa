/** What function a call means. */
import type { Call, Callee } from '../../ast.ts'
import { type FunctionsInScope, unknownFunction } from '../../checks/unknown-function.ts'
import { wrongArity } from '../../checks/wrong-arity.ts'
import { findModule, type Scope } from '../../names.ts'
import type { World } from '../../world.ts'
import { misplacedAggregate } from './aggregates.ts'
import type { Place, Shared } from './context.ts'

/** Sets `call.callee`, or tells why there is none. */
export function resolveCall(call: Call, place: Place, shared: Shared): void {
  const callee = calleeOf(call, place, shared)
  if (callee === undefined) {
    if (!isBroken(call, shared)) shared.report(unknownFunction(call, inScope(call, place, shared.world)))
    return
  }
  const select = callee.kind === 'aggregate' ? place.select?.select.span : undefined
  const finding = wrongArity(call, callee, select)
  if (finding !== undefined) return shared.report(finding)
  call.callee = callee
  if (callee.kind !== 'aggregate') return
  const misplaced = misplacedAggregate(call, callee.aggregate.name, place)
  if (misplaced !== undefined) return shared.report(misplaced)
  const aggregates = place.select!.aggregates!
  call.callee = { ...callee, index: aggregates.length }
  aggregates.push(call)
}

function calleeOf(call: Call, { scope }: Place, { world }: Shared): Callee | undefined {
  if (call.module[0] === 'core') return native(world, [...call.module.slice(1), call.name])
  const module = findModule(scope, call.module)
  if (module?.kind === 'own') {
    const found = module.scope.fns.get(call.name)
    if (found?.kind === 'fn') return { kind: 'fn', fn: found.fn }
    return found === undefined ? undefined : { kind: 'native', native: found.native }
  }
  const path = module?.path ?? (call.module[0] === 'aggr' ? call.module : undefined)
  return path === undefined ? undefined : fromLibrary(world, path, call.name)
}

function fromLibrary(world: World, path: readonly string[], name: string): Callee | undefined {
  const aggregate = world.aggregates.get([...path, name].join('::'))
  if (aggregate !== undefined) return { kind: 'aggregate', aggregate, index: 0 }
  const found = world.library.get(path.join('::'))?.functions.get(name)
  return found === undefined ? undefined : { kind: 'native', native: found }
}

function native(world: World, path: readonly string[]): Callee | undefined {
  const found = world.functions.get(path.join('::'))
  return found === undefined ? undefined : { kind: 'native', native: found }
}

function isBroken(call: Call, { broken }: Shared): boolean {
  return broken.has(call.name) || call.module.some((name) => broken.has(name))
}

/** What a reader may have meant instead. */
function inScope(call: Call, { scope, fn }: Place, world: World): FunctionsInScope {
  const module = findModule(scope, call.module)
  const library = [...world.library.keys()].find((path) => path.split('::').pop() === call.module.join('::'))
  const modules = modulesOf(scope)
  if (call.module[0] === 'core') {
    const prefix = `${call.module.slice(1).join('::')}::`
    const siblings = [...world.functions.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length))
    return { siblings, modules, library: undefined }
  }
  if (module?.kind === 'own') {
    const later = call.name === fn?.name ? 'itself' : module.scope.later.has(call.name) ? 'later' : undefined
    const elsewhere = call.module.length === 0 ? named(world, call.name) : undefined
    return { siblings: [...module.scope.fns.keys()], modules, library: undefined, elsewhere, later }
  }
  const path = module?.path ?? (call.module[0] === 'aggr' ? call.module : undefined)
  if (path === undefined) return { siblings: undefined, modules, library }
  return { siblings: functionsOf(world, path), modules, library }
}

/** An aggregate or a function of the library by its last name: people write `count()`. */
function named({ aggregates, functions }: World, name: string): string | undefined {
  return [...aggregates.keys(), ...functions.keys()].find((full) => full.endsWith(`::${name}`))
}

function functionsOf(world: World, path: readonly string[]): string[] {
  const prefix = `${path.join('::')}::`
  const aggregates = [...world.aggregates.keys()].filter((name) => name.startsWith(prefix))
  return [
    ...(world.library.get(path.join('::'))?.functions.keys() ?? []),
    ...aggregates.map((name) => name.slice(prefix.length)),
  ]
}

function modulesOf(scope: Scope): string[] {
  return [...scope.mods.keys(), ...(scope.outer === undefined ? [] : modulesOf(scope.outer))]
}
