/** A query's statements: what is created, what flows where, and what each select sees. */
import type {
  Call,
  Create,
  CreateStream,
  DefineOperator,
  DefineScript,
  DefineWindow,
  Query,
  Select,
} from '../../ast.ts'
import { slidingWindow } from '../../checks/bad-window.ts'
import { duplicateNode } from '../../checks/duplicate-node.ts'
import { reservedName } from '../../checks/reserved-name.ts'
import { unknownDefinition } from '../../checks/unknown-definition.ts'
import { unknownStream } from '../../checks/unknown-stream.ts'
import { createLocals, findModule, type Scope } from '../../names.ts'
import type { Span } from '../../source.ts'
import type { Rec } from '../../value.ts'
import { groupExprs } from '../../walk.ts'
import type { InSelect, Shared } from './context.ts'
import { isDeclaration } from './context.ts'
import { declare, paramsOf, resolveDefinition, resolveParams } from './declarations.ts'
import { resolveIn } from './expressions.ts'
import { inWindow } from './in-window.ts'

/** A query whose names are known: what the graph is made of. */
export interface ResolvedQuery {
  readonly query: Query
  readonly scope: Scope
  /** `#!config` directives, evaluated. */
  readonly config: Rec
  /** Streams, operators and scripts by name, in the order of their creation. */
  readonly nodes: ReadonlyMap<string, ResolvedNode>
  readonly selects: readonly ResolvedSelect[]
  /** Every statement could be read. */
  readonly whole: boolean
}

export type ResolvedNode = { readonly create: Create | CreateStream } & (
  | { readonly kind: 'stream' }
  | { readonly kind: 'operator'; readonly definition: DefineOperator; readonly params: Rec }
  | { readonly kind: 'script'; readonly definition: DefineScript; readonly params: Rec }
  /** What it was made from is unknown, which was told. */
  | { readonly kind: 'broken' }
)

export interface ResolvedSelect {
  readonly select: Select
  readonly windows: readonly DefineWindow[]
  /** Aggregate calls by their index. */
  readonly aggregates: readonly Call[]
}

const builtin: ReadonlySet<string> = new Set(['in', 'out', 'err', 'metrics'])

export function resolveStatements(query: Query, scope: Scope, shared: Shared): ResolvedQuery {
  const nodes = new Map<string, ResolvedNode>()
  const selects: Select[] = []
  for (const statement of query.statements) {
    if (statement.kind === 'create') create(statement, scope, nodes, shared)
    else if (statement.kind === 'create-stream') createStream(statement, nodes, shared)
    else if (statement.kind === 'select') selects.push(statement)
    else if (isDeclaration(statement)) declare(statement, scope, shared)
    else resolveDefinition(statement, scope, shared)
  }
  for (const { value } of query.config) resolveIn(value, { scope, locals: createLocals() }, shared)
  const config: Rec = Object.fromEntries(
    query.config.map(({ key, value }) => [key, shared.fold(value, shared.report) ?? null]),
  )
  const resolved = selects.map((select) => resolveSelect(select, scope, nodes, shared))
  return { query, scope, config, nodes, selects: resolved, whole: shared.broken.size === 0 }
}

// ---- create --------------------------------------------------------------------------------------------------

function createStream(statement: CreateStream, nodes: Map<string, ResolvedNode>, shared: Shared): void {
  // tremor takes a stream twice, and one called `out`, as if nothing were said.
  if (builtin.has(statement.name)) return
  const first = nodes.get(statement.name)
  if (first === undefined) nodes.set(statement.name, { kind: 'stream', create: statement })
  else if (first.kind !== 'stream') {
    shared.report(duplicateNode(statement.span, statement.span, statement.name, first.create.span))
  }
}

function create(statement: Create, scope: Scope, nodes: Map<string, ResolvedNode>, shared: Shared): void {
  const { name, nameSpan, span } = statement
  resolveParams(statement.params, scope, shared)
  const first = nodes.get(name)
  if (builtin.has(name)) shared.report(reservedName(span, nameSpan, name))
  else if (first !== undefined) shared.report(duplicateNode(span, nameSpan, name, first.create.span))
  const node = instanceOf(statement, scope, shared)
  if (first === undefined) nodes.set(name, node)
}

function instanceOf(statement: Create, scope: Scope, shared: Shared): ResolvedNode {
  const from = statement.from ?? { module: [], name: statement.name, span: statement.nameSpan }
  const module = findModule(scope, from.module)
  const table =
    module?.kind === 'own' ? module.scope[statement.what === 'operator' ? 'operators' : 'scripts'] : undefined
  const definition = table?.get(from.name)
  if (definition === undefined) {
    const name = [...from.module, from.name].join('::')
    if (![...from.module, from.name].some((part) => shared.broken.has(part))) {
      shared.report(unknownDefinition(from.span, statement.what, name, table?.keys() ?? []))
    }
    return { kind: 'broken', create: statement }
  }
  const params = paramsOf([definition.params, statement.params], shared)
  return definition.kind === 'define-operator'
    ? { kind: 'operator', create: statement, definition, params }
    : { kind: 'script', create: statement, definition, params }
}

// ---- select --------------------------------------------------------------------------------------------------

function resolveSelect(
  select: Select,
  scope: Scope,
  nodes: Map<string, ResolvedNode>,
  shared: Shared,
): ResolvedSelect {
  checkEnds(select, scope, nodes, shared)
  const aggregates: Call[] = []
  clause('where', select.where, undefined)
  if (select.groupBy !== undefined) {
    for (const expr of groupExprs(select.groupBy)) clause('group by', expr, undefined, select.groupBy.span)
  }
  clause('target', select.target, aggregates)
  clause('having', select.having, aggregates)
  const windows = select.windows.flatMap((window) => windowOf(window, scope, shared) ?? [])
  const inWindows = select.windows.length === 0 ? select : inWindow(select, shared.report)
  return { select: inWindows, windows, aggregates }

  function clause(name: string, expr: Select['where'], calls: Call[] | undefined, span?: Span): void {
    if (expr === undefined) return
    const inSelect: InSelect = { select, clause: name, clauseSpan: span ?? expr.span, aggregates: calls }
    const locals = createLocals()
    resolveIn(expr, { scope, locals, select: inSelect }, shared)
    locals.finish()
  }
}

function checkEnds(select: Select, scope: Scope, nodes: Map<string, ResolvedNode>, shared: Shared): void {
  for (const end of [select.from, select.into]) {
    if (builtin.has(end.stream) || nodes.has(end.stream) || shared.broken.has(end.stream)) continue
    const defined = scope.operators.has(end.stream) || scope.scripts.has(end.stream)
    shared.report(unknownStream(end, select.span, [...nodes.keys(), ...builtin], defined))
  }
}

function windowOf(window: Select['windows'][number], scope: Scope, shared: Shared): DefineWindow | undefined {
  const module = findModule(scope, window.module)
  const table = module?.kind === 'own' ? module.scope.windows : undefined
  const found = table?.get(window.name)
  if (found?.window === 'sliding') shared.report(slidingWindow(window.span))
  if (found !== undefined) return found
  const name = [...window.module, window.name].join('::')
  if (!shared.broken.has(window.name)) {
    shared.report(unknownDefinition(window.span, 'window', name, table?.keys() ?? []))
  }
  return undefined
}
