import type { Case, Expr, ForCase, Path, Pattern } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { exprsOf, operandsOf } from '../walk.ts'
import { type Check, warning } from './finding.ts'
import { type Keys, keysOf, leadsThrough, type Scope, scopesOf } from './scopes.ts'

const kind = defineDiagnostic({
  code: 'W0116',
  title: 'field that is read before it is asked for',
  explain:
    'The script asks whether the field is there, and reads it on the way to that question without asking. Where the field is absent the read fails, so that the question is never put; where it is always there, the question is idle.',
  wrong: 'let host = event.host;\nmatch event of\n  case %{ present host } => host\n  default => "none"\nend',
  right: 'match event of\n  case %{ present host } => event.host\n  default => "none"\nend',
})
export default kind

export const readBeforeAsking: Check = {
  kind,
  run: (tree) => scopesOf(tree).flatMap(findingsIn),
}

/** What happens to a field, in the order of the run, with the cases it stands in. */
interface Step {
  readonly does: 'reads' | 'asks' | 'assigns'
  readonly keys: Keys
  readonly span: Span
  readonly way: readonly object[]
}

/** What the run has read of a field, as long as it has neither asked for it nor assigned it. */
interface Field {
  readonly reads: Step[]
  known: boolean
  done: boolean
}

function findingsIn(scope: Scope): Diagnostic[] {
  const fields = new Map<string, Field>()
  const replaced = new Set<string>()
  const findings: Diagnostic[] = []
  for (const step of stepsOf(scope)) {
    const { root, names } = step.keys
    const [first] = names
    if (first === undefined) {
      replaced.add(root)
      continue
    }
    const name = JSON.stringify([root, first])
    const field = fields.get(name) ?? { reads: [], known: false, done: replaced.has(root) }
    fields.set(name, field)
    if (field.done) continue
    if (step.does === 'assigns') field.done = true
    else if (step.does === 'reads') {
      if (!field.known && !replaced.has(root)) field.reads.push(step)
    } else {
      field.known = true
      const read = field.reads.find((it) => leadsThrough(it.keys, step.keys) && isOnTheWay(it, step))
      if (read === undefined || replaced.has(root)) continue
      field.done = true
      findings.push(
        warning(kind, read.span, 'This is read here, and only below it is asked whether it is there', {
          origin: 'temblor',
          also: [{ span: step.span, message: 'asked here' }],
          help: 'Ask first, or leave the question out if it is always there',
        }),
      )
    }
  }
  return findings
}

/** Whether every run that comes to `later` has come by `earlier`. */
function isOnTheWay(earlier: Step, later: Step): boolean {
  return earlier.way.every((place, at) => later.way[at] === place)
}

function stepsOf({ exprs, cases, script }: Scope): Step[] {
  const steps: Step[] = []
  let way: readonly object[] = []
  const last = exprs.at(-1)
  for (const expr of exprs) {
    // What stands by itself in the middle of a script is not evaluated.
    if (script === undefined || expr === last || isRun(expr)) visit(expr)
  }
  visitCases(undefined, cases)
  return steps

  function step(does: Step['does'], path: Path): void {
    const keys = keysOf(path)
    if (keys !== undefined && keys.names.length > 0 && (keys.whole || does !== 'asks'))
      steps.push({ does, keys, span: path.span, way })
  }

  function inside(place: object, run: () => void): void {
    const outside = way
    way = [...way, place]
    run()
    way = outside
  }

  function all(exprs: readonly Expr[]): void {
    for (const expr of exprs) visit(expr)
  }

  function visit(expr: Expr): void {
    switch (expr.kind) {
      case 'literal':
      case 'drop':
        return
      case 'text':
        for (const part of expr.parts) {
          if (typeof part === 'string') continue
          if (part.kind !== 'legacy') visit(part)
          else if (part.interpolates === true) visit(part.path)
        }
        return
      case 'list':
        return all(expr.items)
      case 'record':
        return all(expr.fields.flatMap(({ key, value }) => [key, value]))
      case 'bytes':
        return all(expr.parts.map(({ value }) => value))
      case 'path':
        all(expr.segments.flatMap(exprsOf))
        return step('reads', expr)
      case 'unary':
        return visit(expr.operand)
      case 'binary':
        // What stands beside the question in `and` or `or` is a finding of its own.
        return all([expr.left, expr.right].sort((a, b) => Number(asks(b)) - Number(asks(a))))
      case 'presence':
        return step('asks', expr.path)
      case 'call':
      case 'recur':
        return all(expr.args)
      case 'match':
        visit(expr.target)
        return visitCases(expr.target, expr.cases)
      case 'for':
        visit(expr.target)
        for (const entry of expr.cases) inside(entry, () => visitFor(entry))
        return
      case 'patch':
        return all([expr.target, ...expr.operations.flatMap(operandsOf)])
      case 'merge':
        return all([expr.target, expr.value])
      case 'let':
        visit(expr.value)
        all(expr.path.segments.flatMap(exprsOf))
        return assign(expr.path)
      case 'emit':
        return all([expr.value, expr.port].filter((it) => it !== undefined))
    }
  }

  function assign(path: Path): void {
    const keys = keysOf(path)
    if (keys !== undefined) steps.push({ does: 'assigns', keys, span: path.span, way })
  }

  /** The question that a pattern puts is put before its case is entered; the first one, on every way. */
  function visitCases(target: Expr | undefined, cases: readonly Case[]): void {
    for (const [at, entry] of cases.entries()) {
      if (at === 0) ask(target, entry.pattern)
      inside(entry, () => {
        if (at > 0) ask(target, entry.pattern)
        if (entry.guard !== undefined) visit(entry.guard)
        all(entry.body)
      })
    }
  }

  function ask(target: Expr | undefined, pattern: Pattern): void {
    const inner = pattern.kind === 'bind' ? pattern.pattern : pattern
    if (inner.kind !== 'record' || target?.kind !== 'path') return
    const keys = keysOf(target)
    if (keys?.whole !== true) return
    for (const { kind: test, key, span } of inner.fields) {
      if (test === 'present' || test === 'absent')
        steps.push({ does: 'asks', keys: { ...keys, names: [...keys.names, key] }, span, way })
    }
  }

  function visitFor(entry: ForCase): void {
    if (entry.guard !== undefined) visit(entry.guard)
    all(entry.body)
  }
}

/** `present p`, `not absent p`, or a chain with one of them in it. */
function asks(expr: Expr): boolean {
  if (expr.kind === 'unary') return asks(expr.operand)
  if (expr.kind !== 'binary') return expr.kind === 'presence'
  return (expr.op === 'and' || expr.op === 'or') && (asks(expr.left) || asks(expr.right))
}

function isRun({ kind }: Expr): boolean {
  return kind === 'let' || kind === 'emit' || kind === 'drop' || kind === 'match' || kind === 'for'
}
