/** Names to meanings: locals get slots, calls their functions, `create` what was defined, selects their ends. */
import type { Query, Script } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { createScope, type Scope } from '../names.ts'
import type { World } from '../world.ts'
import type { Parsed } from './1-parse.ts'
import type { Fold, Shared } from './resolve/context.ts'
import { resolveScriptIn } from './resolve/declarations.ts'
import { type ResolvedQuery, resolveStatements } from './resolve/query.ts'

export type { ResolvedNode, ResolvedQuery, ResolvedSelect } from './resolve/query.ts'

export interface ResolvedScript {
  readonly script: Script
  readonly scope: Scope
}

export interface Surroundings {
  readonly world: World
  readonly fold: Fold
  readonly report: (finding: Diagnostic) => void
}

/** Annotates the tree in place, as the fields marked "resolve" in ast.ts say. */
export function resolveScript(parsed: Parsed<Script>, around: Surroundings): ResolvedScript {
  const scope = createScope()
  resolveScriptIn(parsed.tree, scope, sharedOf(parsed, around))
  return { script: parsed.tree, scope }
}

export function resolveQuery(parsed: Parsed<Query>, around: Surroundings): ResolvedQuery {
  return resolveStatements(parsed.tree, createScope(), sharedOf(parsed, around))
}

function sharedOf(parsed: Parsed<Script | Query>, { world, fold, report }: Surroundings): Shared {
  const reading = [parsed.tree.span.source.name]
  return { world, fold, report, broken: new Set(parsed.broken), reading, modules: new Map() }
}
