import type { Case, Path } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { walkAll, walkTree } from '../walk.ts'
import { type Check, warning } from './finding.ts'

const kind = defineDiagnostic({
  code: 'W0113',
  title: 'field that is absent is read',
  explain:
    'The case is taken only where the field is absent, and its body reads the field, which fails at run time.',
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
        if (expr.kind !== 'match' || expr.target.kind !== 'path') return
        for (const entry of expr.cases) findings.push(...readsIn(entry, expr.target))
      },
    })
    return findings
  },
}

function readsIn(entry: Case, target: Path): Diagnostic[] {
  const pattern = entry.pattern.kind === 'bind' ? entry.pattern.pattern : entry.pattern
  if (pattern.kind !== 'record') return []
  const absent = pattern.fields.filter(({ kind: test }) => test === 'absent')
  const prefix = keysOf(target)
  if (prefix === undefined || absent.length === 0) return []
  const findings: Diagnostic[] = []
  const excused = new Set<Path>()
  let assigned = false
  walkAll([...(entry.guard === undefined ? [] : [entry.guard]), ...entry.body], {
    expr(expr) {
      if (expr.kind === 'presence') excused.add(expr.path)
      // What is assigned on the way may be there.
      if (expr.kind === 'let') assigned = true
    },
    path(path) {
      const keys = keysOf(path)
      if (keys === undefined || excused.has(path) || assigned || path.root.kind !== target.root.kind) return
      if (!sameRoot(path, target)) return
      const test = absent.find(({ key }) => isAt(keys, [...prefix, key]))
      if (test === undefined) return
      findings.push(
        warning(kind, path.span, `Field "${test.key}" is absent here: reading it fails`, {
          origin: 'temblor',
          also: [{ span: test.span, message: 'the case is taken only without it' }],
        }),
      )
    },
  })
  return findings
}

/** The names of a path that goes by names alone. */
function keysOf({ segments }: Path): string[] | undefined {
  const keys = segments.map((segment) => (segment.kind === 'key' ? segment.name : undefined))
  const first = keys.indexOf(undefined)
  return (first < 0 ? keys : keys.slice(0, first)) as string[]
}

function isAt(keys: readonly string[], place: readonly string[]): boolean {
  return place.every((name, at) => keys[at] === name)
}

function sameRoot({ root: a }: Path, { root: b }: Path): boolean {
  return a.kind === 'name' && b.kind === 'name'
    ? a.slot !== undefined && a.slot === b.slot
    : a.kind === b.kind
}
