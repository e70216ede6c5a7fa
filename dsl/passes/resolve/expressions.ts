/** Names in expressions: locals get slots, calls their functions, extractors their rules. */
import type {
  Case,
  Expr,
  Extract,
  Fn,
  For,
  Item,
  LegacyPart,
  Let,
  Path,
  PathRoot,
  Pattern,
  Recur,
  Select,
} from '../../ast.ts'
import { badRule, unknownExtractor } from '../../checks/bad-extractor.ts'
import { legacyInterpolation } from '../../checks/legacy-interpolation.ts'
import { localInSelect } from '../../checks/local-in-select.ts'
import { misplacedDeclaration } from '../../checks/misplaced-declaration.ts'
import { misplacedExit } from '../../checks/misplaced-exit.ts'
import { misplacedRecur, wrongRecurArity } from '../../checks/misplaced-recur.ts'
import { unknownConstant } from '../../checks/unknown-constant.ts'
import { FunctionError } from '../../function.ts'
import { createLocals, findModule, type Scope } from '../../names.ts'
import { exprsOf, operandsOf } from '../../walk.ts'
import { resolveCall } from './calls.ts'
import { isDeclaration, type Place, type Shared } from './context.ts'

export function resolveFn(fn: Fn, scope: Scope, shared: Shared): void {
  const locals = createLocals(fn.params.map(({ name }) => name))
  const place: Place = { scope, locals, fn }
  const body = (fn.body ?? []).filter((item) => !reportDeclaration(item, shared))
  if (fn.body !== undefined && body.length < fn.body.length) Object.assign(fn, { body })
  resolveBody(body, place, shared, true)
  for (const entry of fn.cases ?? []) resolveCase(entry, place, shared, true)
  locals.finish()
  fn.locals = locals.count()
}

function reportDeclaration(item: Item, { report }: Shared): boolean {
  if (!isDeclaration(item)) return false
  report(misplacedDeclaration(item.span, item.kind))
  return true
}

/** Resolves an expression that stands alone; `tail` says that its value is the value of the function. */
export function resolveIn(expr: Expr, place: Place, shared: Shared, tail = false): void {
  const { scope, locals } = place
  resolve(expr, tail)

  function resolve(expr: Expr, tail = false): void {
    switch (expr.kind) {
      case 'literal':
        return
      case 'drop':
        return exit(expr.span, 'drop')
      case 'text':
        for (const part of expr.parts) {
          if (typeof part === 'string') continue
          if (part.kind === 'legacy') legacy(part)
          else resolve(part)
        }
        return
      case 'list':
        return all(expr.items)
      case 'record':
        for (const { key, value } of expr.fields) all([key, value])
        return
      case 'bytes':
        return all(expr.parts.map((part) => part.value))
      case 'path':
        return path(expr)
      case 'unary':
        return resolve(expr.operand)
      case 'binary':
        return all([expr.left, expr.right])
      case 'presence':
        return path(expr.path)
      case 'call':
        return call(expr)
      case 'recur':
        return recur(expr, tail)
      case 'match':
        resolve(expr.target)
        for (const entry of expr.cases) resolveCase(entry, place, shared, tail)
        return
      case 'for':
        return comprehension(expr)
      case 'patch':
        resolve(expr.target)
        for (const operation of expr.operations) all(operandsOf(operation))
        return
      case 'merge':
        return all([expr.target, expr.value])
      case 'let':
        return assignment(expr)
      case 'emit':
        exit(expr.span, 'emit')
        return all([expr.value, expr.port].filter((part) => part !== undefined))
    }
  }

  function all(exprs: readonly Expr[]): void {
    for (const expr of exprs) resolve(expr)
  }

  function exit(span: Expr['span'], word: 'emit' | 'drop'): void {
    if (place.fn !== undefined) shared.report(misplacedExit(span, word))
  }

  function legacy(part: LegacyPart): void {
    const { root } = part.path
    part.interpolates = root.kind === 'meta' || (root.kind === 'name' && locals.isBound(root.name))
    if (!part.interpolates) return
    path(part.path)
    shared.report(legacyInterpolation(part))
  }

  function path(expr: Path): void {
    if (expr.root.kind === 'name') root(expr, expr.root)
    for (const segment of expr.segments) all(exprsOf(segment))
  }

  function root(expr: Path, name: PathRoot & { kind: 'name' }): void {
    if (name.module.length > 0) return moduleConstant(expr, name)
    const constant = locals.isBound(name.name) && isShadowed(name) ? undefined : constantIn(scope, name.name)
    if (constant !== undefined) {
      // One that could not be evaluated was told of; here it only must not look unknown.
      name.constant = constant.value ?? null
      return
    }
    if (place.select !== undefined && !locals.isBound(name.name))
      return localOfSelect(name, place.select.select)
    locals.read(name)
  }

  /** Whether a pattern, a comprehension or a parameter gives the name a meaning here. */
  function isShadowed(name: PathRoot & { kind: 'name' }): boolean {
    return place.fn?.params.some((param) => param.name === name.name) === true || locals.isShadow(name.name)
  }

  function localOfSelect(name: PathRoot & { kind: 'name' }, select: Select): void {
    if (shared.broken.has(name.name)) return
    shared.report(localInSelect(name.span, name.name, place.select!.clauseSpan, select.span))
  }

  function moduleConstant(expr: Path, name: PathRoot & { kind: 'name' }): void {
    const module = findModule(scope, name.module)
    const known =
      module?.kind === 'library' ? shared.world.library.get(module.path.join('::'))?.constants : undefined
    const own = module?.kind === 'own' ? module.scope.consts : undefined
    const value = known?.get(name.name)?.value ?? own?.get(name.name)?.value
    if (value !== undefined) name.constant = value
    else if (!own?.has(name.name) && ![...name.module, name.name].some((part) => shared.broken.has(part))) {
      const names = [...(known ?? own ?? new Map<string, unknown>()).keys()]
      const { library } = shared.world
      const written = name.module.join('::')
      const path =
        module?.kind === 'library'
          ? module.path.join('::')
          : module === undefined
            ? [...library.keys()].find((it) => it === written || it.endsWith(`::${written}`))
            : undefined
      const isFunction = path !== undefined && library.get(path)?.functions.has(name.name) === true
      const inScope = { within: scope.path, known: module && names, library: path, isFunction }
      shared.report(unknownConstant(expr, [...name.module, name.name], inScope))
    }
  }

  function call(expr: Expr & { kind: 'call' }): void {
    resolveCall(expr, place, shared)
    const aggregate = expr.callee?.kind === 'aggregate' ? place.select : undefined
    if (aggregate !== undefined) aggregate.around = expr
    all(expr.args)
    if (aggregate !== undefined) delete aggregate.around
  }

  function recur(expr: Recur, tail: boolean): void {
    all(expr.args)
    const { fn } = place
    if (fn === undefined || !tail) return shared.report(misplacedRecur(expr.span, fn !== undefined))
    const given = expr.args.length
    if (given < fn.params.length || (given > fn.params.length && !fn.open)) {
      return shared.report(wrongRecurArity(expr.span, fn.params.length, given))
    }
    fn.recurs = true
  }

  function comprehension(expr: For): void {
    resolve(expr.target)
    for (const entry of expr.cases) {
      locals.enter()
      if (shared.world.arm !== undefined) entry.arm = shared.world.arm(entry.span)
      entry.keySlot = locals.shadow(entry.key)
      entry.valueSlot = locals.shadow(entry.value)
      if (entry.guard !== undefined) resolve(entry.guard)
      all(entry.body)
      locals.leave()
    }
  }

  function assignment(expr: Let): void {
    resolve(expr.value)
    const { root: target, segments } = expr.path
    const isLocal = target.kind === 'name' && target.module.length === 0 && !isConstant(target)
    if (!isLocal) return path(expr.path)
    // A path into a local needs the local to be there; a bare name makes it.
    if (segments.length > 0) return path(expr.path)
    target.slot = locals.assign(target.name)
  }

  function isConstant(target: PathRoot & { kind: 'name' }): boolean {
    return !isShadowed(target) && constantIn(scope, target.name) !== undefined
  }
}

/** Only the last of several expressions can be the value of what they stand in. */
export function resolveBody(body: readonly Expr[], place: Place, shared: Shared, tail: boolean): void {
  for (const [at, expr] of body.entries()) resolveIn(expr, place, shared, tail && at === body.length - 1)
}

function resolveCase(entry: Case, place: Place, shared: Shared, tail: boolean): void {
  place.locals.enter()
  if (shared.world.arm !== undefined) entry.arm = shared.world.arm(entry.span)
  resolvePattern(entry.pattern, place, shared)
  if (entry.guard !== undefined) resolveIn(entry.guard, place, shared)
  resolveBody(entry.body, place, shared, tail)
  place.locals.leave()
}

function resolvePattern(pattern: Pattern, place: Place, shared: Shared): void {
  switch (pattern.kind) {
    case 'default':
    case 'any':
      return
    case 'expr':
      return resolveIn(pattern.expr, place, shared)
    case 'bind':
      // The name holds behind the pattern, not in it.
      resolvePattern(pattern.pattern, place, shared)
      pattern.slot = place.locals.shadow(pattern.name)
      return
    case 'array':
    case 'tuple':
      for (const test of pattern.tests) resolvePattern(test, place, shared)
      return
    case 'extract':
      return resolveExtract(pattern.test, shared)
    case 'record':
      for (const test of pattern.fields) {
        if (test.kind === 'compare') resolveIn(test.value, place, shared)
        else if (test.kind === 'extract') resolveExtract(test.test, shared)
        else if (test.kind === 'pattern') resolvePattern(test.pattern, place, shared)
      }
  }
}

function resolveExtract(test: Extract, { world, report }: Shared): void {
  const extractor = world.extractors.get(test.name.toLowerCase())
  if (extractor === undefined) return report(unknownExtractor(test, world.extractors.keys()))
  try {
    test.extractor = extractor.compile(test.rule)
  } catch (failure) {
    if (!(failure instanceof FunctionError)) throw failure
    report(badRule(test, failure))
  }
}

function constantIn(scope: Scope, name: string): ReturnType<Scope['consts']['get']> {
  return scope.consts.get(name)
}
