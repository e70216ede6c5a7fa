import type { Call, Create, DefineScript, Expr, Extract, Fn, Query, Script } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import type { ResolvedNode, ResolvedQuery } from '../passes/2-resolve.ts'
import type { Span } from '../source.ts'
import { Float } from '../value.ts'
import { walkExpr, walkItem, walkTree } from '../walk.ts'
import { type Check, warning } from './finding.ts'

const kind = defineDiagnostic({
  code: 'W0114',
  title: 'gives another result than in tremor 0.11',
  explain:
    'What is written here does something else in tremor 0.11, and what it does there is hardly what its author wants. The page of differences (engine/docs/differences.md) says which of the two does what.',
  wrong: 'use std::random;\n[random::integer(1, 6), random::integer(1, 6)]',
  right: 'use std::random;\nrandom::integer(1, 6)',
})
export default kind

/** Differences that a text shows wherever they stand in it. */
export const differs: Check = {
  kind,
  run(tree) {
    const findings: Diagnostic[] = []
    const unbound = new Set<Extract>()
    walkTree(tree, {
      expr(expr) {
        if (expr.kind === 'call') findings.push(...callThatDiffers(expr))
      },
      case({ pattern }) {
        // Where nothing takes the hits, there must be one in tremor, too.
        if (pattern.kind === 'extract') unbound.add(pattern.test)
      },
      extract(test) {
        if (test.name.toLowerCase() === 'rerg' && !unbound.has(test)) findings.push(extractThatDiffers(test))
      },
      fn(fn) {
        findings.push(...functionThatDiffers(fn))
      },
    })
    findings.push(...repeatedChance(tree))
    return findings
  },
}

/** Differences in how a query uses its definitions and windows. */
export function queryThatDiffers({ nodes, selects }: ResolvedQuery): Diagnostic[] {
  const ofNodes = [...nodes.values()].flatMap((node) => [...nodeThatDiffers(node)])
  const ofSelects = selects
    .filter(({ windows }) => windows.length > 1)
    .flatMap(({ aggregates }) => aggregates.filter(mergesOtherwise))
    .map((call) =>
      finding(call.span, `tremor 0.11 takes a wrong "${call.name}" over from one window to the next`),
    )
  return [...ofNodes, ...ofSelects]
}

function finding(span: Span, message: string): Diagnostic {
  return warning(kind, span, message, { origin: 'temblor' })
}

// ---- calls ---------------------------------------------------------------------------------------------------

function* callThatDiffers(call: Call): Iterable<Diagnostic> {
  const { callee, args } = call
  if (callee?.kind !== 'native') return
  const [first, second, third] = args
  const { name } = callee.native
  if (name === 'string::substr' && isBelow(third, second))
    yield finding(call.span, 'tremor 0.11 gives the whole text where "start" is above "end"; here it is ""')
  if (name === 'array::join' && first?.kind === 'list' && first.items.some(isWrittenOtherwise))
    yield finding(call.span, 'tremor 0.11 does not write these values as JSON when it joins them')
  if (name === 'datetime::from_human_format' && /\bhours?\b/.test(String(literalOf(first))))
    yield finding(call.span, 'tremor 0.11 leaves hours out of the sum')
}

function literalOf(expr: Expr | undefined): unknown {
  return expr?.kind === 'literal' ? expr.value : undefined
}

function isBelow(end: Expr | undefined, start: Expr | undefined): boolean {
  const [from, to] = [literalOf(start), literalOf(end)]
  return typeof from === 'number' && typeof to === 'number' && to < from
}

function isWrittenOtherwise(expr: Expr): boolean {
  return expr.kind === 'list' || expr.kind === 'record' || literalOf(expr) instanceof Float
}

/** The second of two calls that ask for the same chance. */
function repeatedChance(tree: Script | Query): Diagnostic[] {
  const parts =
    tree.kind === 'script'
      ? [tree.items.flatMap(callsIn)]
      : scriptsOf(tree).map(({ items }) => items.flatMap(callsIn))
  return parts.flatMap((calls) => {
    const chances = calls.filter(
      ({ callee }) => callee?.kind === 'native' && callee.native.name.startsWith('random::'),
    )
    return chances
      .filter((call, at) => chances.slice(0, at).some((before) => before.name === call.name))
      .map((call) =>
        finding(
          call.span,
          `tremor 0.11 gives "random::${call.name}" the same value again for the same event`,
        ),
      )
  })
}

function scriptsOf(query: Query): Script[] {
  return query.statements
    .filter((statement) => statement.kind === 'define-script')
    .map(({ script }: DefineScript) => script)
}

function callsIn(item: Script['items'][number]): Call[] {
  const calls: Call[] = []
  walkItem(item, {
    expr(expr) {
      if (expr.kind === 'call') calls.push(expr)
    },
  })
  return calls
}

// ---- extractors, functions, queries --------------------------------------------------------------------------

function extractThatDiffers({ ruleSpan }: Extract): Diagnostic {
  return finding(
    ruleSpan,
    'A text without a hit is a match in tremor 0.11 where the hits are wanted; here it is none',
  )
}

/** `args` of an open function that has locals of its own. */
function* functionThatDiffers({ open, body = [] }: Fn): Iterable<Diagnostic> {
  if (!open) return
  let lets = 0
  const reads: Span[] = []
  for (const expr of body) {
    walkExpr(expr, {
      expr(each) {
        if (each.kind === 'let' && each.path.root.kind === 'name') lets += 1
      },
      path(path) {
        if (path.root.kind === 'args') reads.push(path.span)
      },
    })
  }
  if (lets === 0) return
  for (const span of reads)
    yield finding(span, 'tremor 0.11 leaves out of "args" as many values as the function has local variables')
}

function* nodeThatDiffers(node: ResolvedNode): Iterable<Diagnostic> {
  if (node.kind !== 'script') return
  const { from, params } = node.create as Create
  const [param] = params
  if (param === undefined) return
  if (!node.definition.hasWith)
    yield finding(param.span, 'tremor 0.11 ignores parameters of a script whose definition has none')
  else if (from !== undefined && from.module.length > 0)
    yield finding(from.span, 'tremor 0.11 forgets the module of a definition behind which parameters stand')
}

function mergesOtherwise({ callee, name }: Call): boolean {
  return callee?.kind === 'aggregate' && ['var', 'stdev', 'min'].includes(name)
}
