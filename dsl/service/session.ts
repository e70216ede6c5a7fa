/**
 * A conversation: script after script, with what came before still there. Declarations are read again before each text; locals
 * come in as literals and go out in a record, so the compiler needs to know nothing of it.
 */
import type { Expr, Item, Let, Path, Script } from '../ast.ts'
import { type Diagnostic, hasErrors } from '../diagnostic.ts'
import { diagnosticOf } from '../emit/diagnostic.ts'
import { unterminatedHeredoc } from '../grammar/findings.ts'
import { parseScript } from '../passes/1-parse.ts'
import { resolveScript } from '../passes/2-resolve.ts'
import { checkScript } from '../passes/3-check.ts'
import { constantOf, optimise } from '../passes/4-optimise.ts'
import { emitScript } from '../passes/5-emit.ts'
import { DROP, type Frame, ScriptError } from '../program.ts'
import { type Source, type Span, spanOf } from '../source.ts'
import { Float, isRecord, type Value } from '../value.ts'
import type { World } from '../world.ts'

export interface Turn {
  readonly findings: readonly Diagnostic[]
  /** What the text is worth; absent if it only declares or assigns, or failed. */
  readonly value?: Value
  /** It was emitted there. */
  readonly port?: string
  readonly dropped?: boolean
}

export interface Session {
  readonly frame: Frame
  /** By name, with what they hold. */
  readonly locals: ReadonlyMap<string, Value>
  /** Texts of the declarations, as they are read before each text. */
  readonly declarations: readonly string[]
  run(source: Source): Turn
  /** Forgets locals and declarations. */
  reset(): void
}

/** A text that breaks off: what follows may make it whole. */
export function isIncomplete(source: Source): boolean {
  const { findings } = parseScript(source)
  const end = source.text.trimEnd().length
  return findings.some(
    ({ code, labels: [{ span }] }) => code === unterminatedHeredoc.code || span.start >= end,
  )
}

export function createSession(world: World, frame: Frame): Session {
  const locals = new Map<string, Value>()
  let declared: { readonly name: string; readonly source: Source }[] = []
  return {
    frame,
    locals,
    get declarations() {
      return declared.map(({ source }) => source.text)
    },
    run,
    reset() {
      locals.clear()
      declared = []
    },
  }

  function run(source: Source): Turn {
    const { program, findings, items, names } = compile(source)
    if (program === undefined) return { findings }
    // What was declared counts even if the rest fails, as what was assigned does.
    remember(items)
    frame.port = undefined
    try {
      return { findings, ...outcome(program.run(frame), items, names) }
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error
      return { findings: [...findings, diagnosticOf(error)] }
    }
  }

  function outcome(
    result: Value | typeof DROP,
    items: readonly Item[],
    names: readonly string[],
  ): Omit<Turn, 'findings'> {
    if (result === DROP) return { dropped: true }
    const port = frame.port
    // What is emitted leaves past the record of locals.
    if (!isKept(result, names)) return { value: result, port: port ?? 'out' }
    for (const [at, name] of names.entries()) locals.set(name, result[at + 2]!)
    const last = items.at(-1)
    const silent = last === undefined || last.kind === 'let' || !isExpr(last)
    return silent ? {} : { value: result[1]! }
  }

  function compile(source: Source) {
    const parsed = parseScript(source)
    const { items } = parsed.tree
    const findings: Diagnostic[] = [...parsed.findings]
    const report = (finding: Diagnostic) => void findings.push(finding)
    const names = [...new Set([...locals.keys(), ...items.flatMap(assignedName)])]
    if (hasErrors(findings)) return { findings, items, names }
    const before = declared
      .filter(({ name }) => !items.some((item) => nameOf(item) === name))
      .flatMap(({ source }) => parseScript(source).tree.items)
    const tree: Script = {
      ...parsed.tree,
      items: [...before, ...restored(source), ...kept(items, names, source)],
    }
    const { script } = resolveScript({ ...parsed, tree }, { world, fold: constantOf, report })
    checkScript(script, { world, broken: parsed.broken, whole: false }, report)
    const optimised = optimise(script, report)
    // Of what was read again, all has been told.
    const own = findings.filter(
      ({ labels: [{ span }], severity }) => severity === 'error' || span.source === source,
    )
    return hasErrors(own)
      ? { findings: own, items, names }
      : { program: emitScript(optimised), findings: own, items, names }
  }

  /** `let name = value` for every local. */
  function restored(source: Source): Let[] {
    const span = spanOf(source, 0, 0)
    return [...locals].map(([name, value]) => ({
      kind: 'let',
      path: pathOf(name, span),
      value: { kind: 'literal', value, span },
      span,
    }))
  }

  function remember(items: readonly Item[]): void {
    for (const item of items) {
      const name = nameOf(item)
      if (name === undefined) continue
      const { source } = item.span
      const text = source.text.slice(item.span.start, item.span.end)
      declared = [
        ...declared.filter((each) => each.name !== name),
        { name, source: { name: source.name, text } },
      ]
    }
  }
}

/** No text of a user can hold a name with a blank. */
const resultName = ' result'
const mark = ' locals'

/** The items, and at the end a list: the mark, what the last item is worth, the locals. */
function kept(items: readonly Item[], names: readonly string[], source: Source): Item[] {
  const end = source.text.length
  const span = spanOf(source, end, end)
  const last = items.at(-1)
  const result: Expr = { kind: 'literal', value: null, span }
  const value = last !== undefined && isExpr(last) ? last : result
  const before = last !== undefined && isExpr(last) ? items.slice(0, -1) : items
  const keep: Let = { kind: 'let', path: pathOf(resultName, span), value, span: value.span }
  const marked: Expr = { kind: 'literal', value: mark, span }
  const list: Expr = {
    kind: 'list',
    items: [marked, pathOf(resultName, span), ...names.map((name) => pathOf(name, span))],
    span,
  }
  return [...before, keep, list]
}

function isKept(result: Value, names: readonly string[]): result is readonly Value[] {
  return Array.isArray(result) && result[0] === mark && result.length === names.length + 2
}

function pathOf(name: string, span: Span): Path {
  return { kind: 'path', root: { kind: 'name', module: [], name, span }, segments: [], span }
}

/** The local that an item at the top makes, whatever way the run takes. */
function assignedName(item: Item): string[] {
  if (item.kind !== 'let') return []
  const { root, segments } = item.path
  const own = root.kind === 'name' && root.module.length === 0 && segments.length === 0 ? [root.name] : []
  return isExpr(item.value) ? [...own, ...assignedName(item.value)] : own
}

/** The name under which a declaration is known; a later one of the same name takes its place. */
function nameOf(item: Item): string | undefined {
  switch (item.kind) {
    case 'use':
      return `use ${item.alias ?? item.module.at(-1)}`
    case 'const':
    case 'fn':
    case 'mod':
    case 'intrinsic':
      return `${item.kind} ${item.name}`
    default:
      return undefined
  }
}

function isExpr(item: Item): item is Expr {
  return nameOf(item) === undefined
}

/** For `:type`: what kind of value it is, as `type::as_string` names it. */
export function typeOf(value: Value): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof Float) return 'float'
  if (isRecord(value)) return 'record'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  return typeof value === 'number' && !Number.isInteger(value) ? 'float' : 'integer'
}
