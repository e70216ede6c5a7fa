import type { Case, Expr, Match, Path, Pattern } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { walkAll, walkTree } from '../walk.ts'
import { type Check, warning } from './finding.ts'
import { type Keys, keysOf, leadsThrough, saidBy } from './scopes.ts'

const kind = defineDiagnostic({
  code: 'W0113',
  title: 'field that is absent is read',
  explain:
    'The case is taken only where the field is absent: its pattern or guard says so, or a case before it took all that has the field. Its body reads the field, which fails at run time.',
  wrong: 'match event of\n  case %{ absent host } => event.host\n  default => event.host\nend',
  right: 'match event of\n  case %{ absent host } => "none"\n  default => event.host\nend',
})
export default kind

export const absentFieldRead: Check = {
  kind,
  run(tree) {
    const findings: Diagnostic[] = []
    walkTree(tree, {
      expr(expr) {
        if (expr.kind !== 'match') return
        const before: Absent[] = []
        for (const entry of expr.cases) {
          const own = ownOf(expr, entry)
          // A case that asks for the field in vain is never reached, which is told elsewhere.
          if (asksFor(entry.pattern, before)) continue
          const inGuard = own.filter(({ fromGuard }) => !fromGuard)
          if (entry.guard !== undefined) findings.push(...readsIn([entry.guard], [...before, ...inGuard]))
          findings.push(...readsIn(entry.body, [...before, ...own]))
          before.push(...leftBy(expr, entry))
        }
      },
    })
    return findings
  },
}

/** A field that is not there, and what says so. */
interface Absent {
  readonly keys: Keys
  readonly span: Span
  readonly why: string
  readonly fromGuard?: boolean
}

/** What is absent where a case is taken, by its own pattern and guard. */
function ownOf({ target }: Match, { pattern, guard }: Case): Absent[] {
  const inner = innerOf(pattern)
  const why = 'the case is taken only without it'
  const absent: Absent[] = []
  if (inner.kind === 'record' && target.kind === 'path') {
    for (const test of inner.fields)
      if (test.kind === 'absent') absent.push(...factOf(below(target, test.key), test.span, why))
  }
  if (inner.kind === 'expr' && target.kind === 'presence' && isBoolean(inner.expr)) {
    const isThere = inner.expr.value === (target.op === 'present')
    if (!isThere) absent.push(...factOf(keysOf(target.path), pattern.span, why))
  }
  for (const { path, isThere } of guard === undefined ? [] : saidBy(guard))
    if (!isThere)
      absent.push(...factOf(keysOf(path), guard!.span, why).map((fact) => ({ ...fact, fromGuard: true })))
  return absent
}

/** What is absent in the cases behind this one, since it took all that has it. */
function leftBy({ target }: Match, { pattern, guard }: Case): Absent[] {
  const why = 'this case took all that has it'
  const inner = innerOf(pattern)
  const whatever = inner.kind === 'any'
  if (whatever && guard !== undefined) {
    const [said, ...others] = saidBy(guard)
    const isWhole = guard.kind === 'presence' || guard.kind === 'unary'
    return isWhole && said?.isThere === true && others.length === 0
      ? factOf(keysOf(said.path), guard.span, why)
      : []
  }
  if (guard !== undefined) return []
  if (inner.kind === 'expr' && target.kind === 'presence' && isBoolean(inner.expr)) {
    const isThere = inner.expr.value === (target.op === 'present')
    return isThere ? factOf(keysOf(target.path), pattern.span, why) : []
  }
  if (inner.kind !== 'record' || target.kind !== 'path' || inner.fields.length !== 1) return []
  const [test] = inner.fields
  return test!.kind === 'present' ? factOf(below(target, test!.key), test!.span, why) : []
}

function asksFor(pattern: Pattern, absent: readonly Absent[]): boolean {
  const inner = innerOf(pattern)
  if (inner.kind !== 'record') return false
  return inner.fields.some(
    (test) => test.kind !== 'absent' && absent.some(({ keys }) => keys.names.at(-1) === test.key),
  )
}

function innerOf(pattern: Pattern): Pattern {
  return pattern.kind === 'bind' ? pattern.pattern : pattern
}

function below(target: Path, key: string): Keys | undefined {
  const keys = keysOf(target)
  return keys?.whole === true ? { ...keys, names: [...keys.names, key] } : undefined
}

function factOf(keys: Keys | undefined, span: Span, why: string): Absent[] {
  return keys?.whole === true && keys.names.length > 0 ? [{ keys, span, why }] : []
}

function isBoolean(expr: Expr): expr is Expr & { kind: 'literal'; value: boolean } {
  return expr.kind === 'literal' && typeof expr.value === 'boolean'
}

function readsIn(exprs: readonly Expr[], absent: readonly Absent[]): Diagnostic[] {
  if (absent.length === 0) return []
  const findings: Diagnostic[] = []
  const excused = new Set<Path>()
  let assigned = false
  walkAll(exprs, {
    expr(expr) {
      if (expr.kind === 'presence') excused.add(expr.path)
      // What is assigned on the way may be there.
      if (expr.kind === 'let') assigned = true
    },
    path(path) {
      const keys = keysOf(path)
      if (keys === undefined || excused.has(path) || assigned) return
      const fact = absent.find((it) => leadsThrough(keys, it.keys))
      if (fact === undefined) return
      const name = fact.keys.names.at(-1)
      findings.push(
        warning(kind, path.span, `Field "${name}" is absent here: reading it fails`, {
          origin: 'temblor',
          also: [{ span: fact.span, message: fact.why }],
        }),
      )
    },
  })
  return findings
}
