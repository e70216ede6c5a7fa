import type { Path, Script } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { nearest } from '../nearest.ts'
import type { Span } from '../source.ts'
import { walkItem } from '../walk.ts'
import { type Check, warning } from './finding.ts'
import { isExpr, scopesOf } from './scopes.ts'

const kind = defineDiagnostic({
  code: 'W0122',
  title: 'name that nothing reads',
  explain:
    'The script gives a value to a local, or declares a function, and never reads or calls it. A file of functions and constants alone is a module, of which nothing is said.',
  wrong: 'let host = event.host;\nevent',
  right: 'let host = event.host;\n{ "host": host }',
})
export default kind

export const unusedName: Check = {
  kind,
  run(tree, { whole }) {
    if (!whole) return []
    return scopesOf(tree).flatMap(({ script }) => (script === undefined ? [] : unusedIn(script)))
  },
}

function unusedIn({ items }: Script): Diagnostic[] {
  if (!items.some(isExpr)) return []
  /** By name: what could not be resolved is told elsewhere. */
  const called = new Set<string>()
  const read = new Set<number>()
  /** Paths that are assigned, not read. */
  const targets = new Set<Path>()
  /** Read, and without a value: a slip of the pen for one of the others, it may be. */
  const unknown = new Set<string>()
  const assigned = new Map<number, { readonly name: string; readonly span: Span }>()
  for (const item of items) {
    const isOwn = isExpr(item)
    walkItem(item, {
      expr(expr) {
        if (expr.kind === 'call') called.add(expr.name.split('::').at(-1)!)
        if (!isOwn || expr.kind !== 'let') return
        const { root, segments } = expr.path
        if (root.kind !== 'name' || root.slot === undefined || segments.length > 0) return
        targets.add(expr.path)
        // A literal is often a switch that is left for another time.
        if (expr.value.kind === 'literal') read.add(root.slot)
        if (!assigned.has(root.slot)) assigned.set(root.slot, { name: root.name, span: root.span })
      },
      path(path) {
        const { root } = path
        if (!isOwn || targets.has(path) || root.kind !== 'name') return
        if (root.slot !== undefined) read.add(root.slot)
        else if (root.constant === undefined) unknown.add(root.name)
      },
    })
  }
  const functions = items.filter((item) => item.kind === 'fn').filter((fn) => !called.has(fn.name))
  const locals = [...assigned].filter(
    ([slot, { name }]) => !read.has(slot) && nearest(name, unknown) === undefined,
  )
  const last = items.at(-1)
  return [
    ...functions.map(({ name, nameSpan }) =>
      warning(kind, nameSpan, `Function "${name}" is never called`, { origin: 'temblor' }),
    ),
    ...locals
      // As the last item, `let` gives the value of the script.
      .filter(([, { span }]) => !(last?.kind === 'let' && last.path.root.span === span))
      .map(([, { name, span }]) =>
        warning(kind, span, `"${name}" is given a value that nothing reads`, { origin: 'temblor' }),
      ),
  ]
}
