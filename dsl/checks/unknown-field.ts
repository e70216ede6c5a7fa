import type { Expr, Path, Pattern } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { nearest } from '../nearest.ts'
import type { Span } from '../source.ts'
import { isRecord, type Value } from '../value.ts'
import { type Visitor, walkAll, walkPattern } from '../walk.ts'
import { type Check, warning } from './finding.ts'
import { keysOf, type Scope, scopesOf } from './scopes.ts'

const kind = defineDiagnostic({
  code: 'W0118',
  title: 'field that the record does not have',
  explain:
    'What the record holds is known from the text: it is a constant, a local that is assigned once, or was bound by a record pattern, which puts into it only the fields tested by `present` and `~=`. The field that is read is not among them, so reading it fails at run time.',
  wrong: 'match event of\n  case found = %{ host == "a" } => found.host\n  default => null\nend',
  right: 'match event of\n  case found = %{ host == "a" } => event.host\n  default => null\nend',
})
export default kind

export const unknownField: Check = {
  kind,
  run: (tree) => scopesOf(tree).flatMap(findingsIn),
}

/** The fields of a local, and where they were put into it. */
interface Shape {
  readonly fields: readonly string[]
  readonly span: Span
  readonly why: string
}

function findingsIn(scope: Scope): Diagnostic[] {
  const shapes = shapesOf(scope)
  const findings: Diagnostic[] = []
  const asked = new Set<Path>()
  walkScope(scope, {
    expr(expr) {
      if (expr.kind === 'presence') asked.add(expr.path)
    },
    path(path) {
      if (asked.has(path) || path.root.kind !== 'name' || path.segments.length === 0) return
      const { slot, constant } = path.root
      const keys = keysOf(path)
      if (slot !== undefined && keys !== undefined) {
        const shape = shapes.get(slot)
        const [first] = keys.names
        if (shape === undefined || first === undefined || shape.fields.includes(first)) return
        findings.push(
          found(path.segments[0]!.span, first, shape.fields, [{ span: shape.span, message: shape.why }]),
        )
      } else if (constant !== undefined) findings.push(...missingIn(constant, path))
    },
  })
  return findings
}

function found(
  span: Span,
  name: string,
  fields: readonly string[],
  also: readonly { readonly span: Span; readonly message: string }[] = [],
): Diagnostic {
  // A letter for a letter is no slip.
  const near = name.length > 2 ? nearest(name, fields) : undefined
  return warning(kind, span, `There is no field "${name}" in this record: reading it fails`, {
    origin: 'temblor',
    also,
    help:
      near !== undefined
        ? `Did you mean "${near}"?`
        : fields.length === 0
          ? 'The record is empty'
          : `It holds ${fields
              .slice(0, 8)
              .map((field) => `"${field}"`)
              .join(', ')}`,
  })
}

/** The first step of a path that leads nowhere in a constant. */
function* missingIn(constant: Value, { segments }: Path): Iterable<Diagnostic> {
  let value = constant
  for (const segment of segments) {
    const key =
      segment.kind === 'key'
        ? segment.name
        : segment.kind === 'element' && segment.expr.kind === 'literal'
          ? segment.expr.value
          : undefined
    if (typeof key !== 'string' || !isRecord(value)) return
    if (!Object.hasOwn(value, key)) return yield found(segment.span, key, Object.keys(value))
    value = value[key]!
  }
}

/** Locals that get their value in one place, where the text says which fields that has. */
function shapesOf(scope: Scope): Map<number, Shape> {
  const shapes = new Map<number, Shape>()
  const unknown = new Set<number>()
  scope.fn?.params.forEach((_, slot) => void unknown.add(slot))
  const learn = (slot: number | undefined, shape: Shape | undefined): void => {
    if (slot === undefined) return
    if (shape === undefined || shapes.has(slot)) unknown.add(slot)
    else shapes.set(slot, shape)
  }
  walkScope(scope, {
    expr(expr) {
      if (expr.kind === 'let' && expr.path.root.kind === 'name')
        learn(expr.path.root.slot, expr.path.segments.length === 0 ? shapeOf(expr.value) : undefined)
      if (expr.kind === 'for')
        for (const { keySlot, valueSlot } of expr.cases) {
          learn(keySlot, undefined)
          learn(valueSlot, undefined)
        }
    },
    pattern(pattern) {
      if (pattern.kind === 'bind') learn(pattern.slot, shapeBound(pattern.pattern))
    },
  })
  for (const slot of unknown) shapes.delete(slot)
  return shapes
}

function shapeOf(expr: Expr): Shape | undefined {
  if (expr.kind !== 'record') return undefined
  const keys = expr.fields.map(({ key }) => (key.kind === 'literal' ? key.value : undefined))
  if (!keys.every((key) => typeof key === 'string')) return undefined
  return { fields: keys, span: expr.span, why: 'it is made here' }
}

function shapeBound(pattern: Pattern): Shape | undefined {
  if (pattern.kind !== 'record') return undefined
  const taken = pattern.fields.filter(({ kind: test }) => test !== 'absent' && test !== 'compare')
  return {
    fields: taken.map(({ key }) => key),
    span: pattern.span,
    why: 'it holds only what is tested by `present` or `~=` here',
  }
}

function walkScope({ exprs, cases }: Scope, visitor: Visitor): void {
  walkAll(exprs, visitor)
  for (const { pattern, guard, body } of cases) {
    walkPattern(pattern, visitor)
    walkAll([...(guard === undefined ? [] : [guard]), ...body], visitor)
  }
}
