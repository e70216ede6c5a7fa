/** Selects and their windows. */
import type { Call, DefineWindow, Expr, Select } from '../ast.ts'
import type { Demand, Eval, SelectProgram, Touched, WindowProgram } from '../program.ts'
import { groupExprs, walkExpr } from '../walk.ts'
import { demandOf, partly } from './demand.ts'
import { constantOf } from './fold.ts'
import { emitGroups } from './group.ts'
import { type Built, build, type Entry, entryOf, evals } from './module.ts'
import { isEvent } from './results.ts'
import { touched } from './touched.ts'
import { newModule } from './unit.ts'

/** A resolved and checked select, the definitions of its windows, and its aggregate calls in index order. */
export function emitSelect(
  select: Select,
  windows: readonly DefineWindow[],
  aggregates: readonly Call[],
): SelectProgram {
  const module = newModule()
  const { target, where, having, groupBy } = select
  const calls = aggregates.filter(({ callee }) => callee?.kind === 'aggregate')
  const plain = [target, where, having].filter((expr) => expr !== undefined)
  const entries: Entry[] = [...plain, ...calls.flatMap(({ args }) => args)].map((expr) =>
    entryOf(module, expr),
  )
  if (groupBy !== undefined) entries.push(emitGroups(module, groupBy))
  const { functions }: Built<Eval> = build(module, entries, select.span)
  const take = (): Eval => functions[next++]!
  let next = 0
  return {
    form: formOf(select),
    demand: demandOfSelect(select, calls, windows),
    target: take(),
    ...(where === undefined ? {} : { where: take() }),
    ...(having === undefined ? {} : { having: take() }),
    aggregates: calls.map((call) => programOf(call, take)),
    ...(groupBy === undefined ? {} : { groups: take() as unknown as NonNullable<SelectProgram['groups']> }),
    windows: windows.map(emitWindow),
  }
}

function programOf({ callee, args, span }: Call, take: () => Eval): SelectProgram['aggregates'][number] {
  if (callee?.kind !== 'aggregate') throw new Error('a call of an aggregate was not resolved')
  return { aggregate: callee.aggregate, args: args.map(take), span }
}

function formOf({ target, windows, where, groupBy, having }: Select): SelectProgram['form'] {
  if (!isEvent(target) || windows.length > 0 || groupBy !== undefined) return 'full'
  return where === undefined && having === undefined ? 'passthrough' : 'simple'
}

/** In `having`, `event` is what the target made: it is not read from the event that came, unless that is passed on. */
function demandOfSelect(select: Select, calls: readonly Call[], windows: readonly DefineWindow[]): Demand {
  const { target, where, having, groupBy } = select
  const exprs = [target, ...calls, ...(groupBy === undefined ? [] : groupExprs(groupBy))]
  if (where !== undefined) exprs.push(where)
  if (having !== undefined && formOf(select) === 'simple') exprs.push(having)
  const demand = demandOf(exprs, new Set<Expr>(isEvent(target) ? [target] : []), isEvent(target))
  if (having !== undefined && !exprs.includes(having)) exprs.push(having)
  return { ...demand, ...partly(touchedBySelect(exprs, select, windows)) }
}

/** A window emits the event that closed it; its script may look at all of one. */
function touchedBySelect(
  exprs: readonly Expr[],
  { target, having }: Select,
  windows: readonly DefineWindow[],
): Touched | undefined {
  if (windows.some(({ script }) => script !== undefined)) return undefined
  const held = windows.length > 0 && having === undefined ? heldBy(exprs, target) : []
  const touches = touched(exprs, [target], held)
  return touches?.emitsEvent && windows.length > 0 ? undefined : touches
}

/** The event as the argument of aggregates that hand it on, if all of these stand where nobody looks into what they give. */
function heldBy(exprs: readonly Expr[], target: Expr): readonly Expr[] {
  const holding: Call[] = []
  const expr = (found: Expr): void => {
    if (found.kind !== 'call' || found.callee?.kind !== 'aggregate') return
    if (found.callee.aggregate.passesOn === true && found.args.every(isEvent)) holding.push(found)
  }
  walkExpr(target, { expr })
  const placed = new Set(partsOf(target))
  if (!holding.every((call) => placed.has(call))) return []
  for (const each of exprs) if (each !== target) walkExpr(each, { expr })
  return holding.flatMap(({ args }) => args)
}

/** An expression, and what it puts into records and arrays as it is. */
function partsOf(expr: Expr): Expr[] {
  if (expr.kind === 'record') return expr.fields.flatMap(({ value }) => partsOf(value))
  return expr.kind === 'list' ? expr.items.flatMap(partsOf) : [expr]
}

export function emitWindow(define: DefineWindow): WindowProgram {
  const params = new Map(define.params.map(({ name, value }) => [name, constantOf(value)]))
  const number = (name: string): number | undefined => {
    const value = params.get(name)
    return typeof value === 'number' ? value : undefined
  }
  const nanoseconds = (name: string): bigint | undefined => {
    const value = params.get(name)
    return typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : undefined
  }
  const script = define.script === undefined ? undefined : evals([define.script], define.span)[0]!
  return {
    name: define.name,
    kind: 'tumbling',
    emitEmpty: params.get('emit_empty_windows') === true,
    span: define.span,
    ...given({
      size: number('size'),
      intervalNs: nanoseconds('interval'),
      script,
      evictionNs: nanoseconds('eviction_period'),
      maxGroups: number('max_groups'),
    }),
  }
}

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>
}
