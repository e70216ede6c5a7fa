/** Pipeline files, compiled, and the pipelines made from them with other arguments. */
import { compileQuery } from '#dsl/compile.ts'
import { type Diagnostic, defineDiagnostic } from '#dsl/diagnostic.ts'
import type { Graph, GraphNode } from '#dsl/graph.ts'
import { nearest } from '#dsl/nearest.ts'
import { type Source, type Span, spanOf } from '#dsl/source.ts'
import type { Rec } from '#dsl/value.ts'
import type { World } from '#dsl/world.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Where } from '../config.ts'
import { checkParams } from '../world.ts'
import type { PipelineSpec } from './config.ts'
import { stemOf } from './files.ts'
import { placeOf, type Written } from './yaml.ts'

export const unknownArgument = defineDiagnostic({
  code: 'E0631',
  title: 'unknown argument of a pipeline',
  explain:
    'Under "args:" a pipeline gives operators and scripts of its file other parameters, by the name each was created under. There is no operator or script of this name, or the script declares no such parameter in its "with".',
})

/** An entry under `pipeline:`. */
export interface PipelineDeclaration {
  readonly id: string
  readonly span: Span
  readonly query: { readonly name: string; readonly span: Span }
  readonly description?: string
  readonly args: Readonly<Record<string, Rec>>
  readonly written: Written
}

/** Compiles a pipeline file. What is wrong is reported; the pipeline is there all the same, without a graph. */
export function compilePipeline(
  source: Source,
  it: {
    readonly world: World
    readonly modules: ReadonlyMap<Source, readonly Source[]>
    readonly findings: Diagnostic[]
  },
): PipelineSpec {
  const { result, findings } = compileQuery(source, stemOf(source.name), it.world)
  it.findings.push(...findings)
  const id = result?.id ?? /^#!config\s+id\s*=\s*"([^"]*)"/m.exec(source.text)?.[1] ?? stemOf(source.name)
  const modules = it.modules.get(source) ?? []
  return {
    id,
    span: spanOf(source, 0, 0),
    source,
    ...(result === undefined ? {} : { graph: result }),
    args: {},
    modules,
  }
}

/** The pipeline an entry under `pipeline:` describes: the graph of its file, with its arguments put in. */
export function declarePipeline(
  declaration: PipelineDeclaration,
  it: {
    readonly queries: readonly PipelineSpec[]
    readonly catalogue: Catalogue
    readonly findings: Diagnostic[]
  },
): PipelineSpec {
  const { id, span, query, args, description } = declaration
  const file = it.queries.find((each) => each.id === query.name)
  const own = { id, span, args, query, ...(description === undefined ? {} : { description }) }
  if (file === undefined) return { ...own, source: span.source, modules: [] }
  const { source, modules, graph } = file
  if (graph === undefined) return { ...own, source, modules }
  it.findings.push(...strangers(graph, declaration))
  const nodes = graph.nodes.map((node) => withArguments(node, declaration, it))
  return { ...own, source, modules, graph: { ...graph, id, nodes } }
}

function withArguments(
  node: GraphNode,
  { args, written }: PipelineDeclaration,
  it: { readonly catalogue: Catalogue; readonly findings: Diagnostic[] },
): GraphNode {
  const own = Object.hasOwn(args, node.id) ? args[node.id]! : undefined
  if (own === undefined) return node
  const where = (...path: readonly string[]) => placeOf(written, ['args', node.id, ...path], 'key')
  if (node.kind === 'script') {
    for (const name of Object.keys(own)) {
      if (!Object.hasOwn(node.args, name))
        it.findings.push(
          unknown(
            `The script "${node.id}" has no parameter "${name}"`,
            where(name),
            name,
            Object.keys(node.args),
          ),
        )
    }
    return { ...node, args: { ...node.args, ...own } }
  }
  if (node.kind !== 'operator') return node
  const params = { ...node.params, ...own }
  const definition = it.catalogue.operators.get(node.operator)
  if (definition !== undefined) {
    const place: Where = (path, part) =>
      Object.hasOwn(own, String(path[0])) ? placeOf(written, ['args', node.id, ...path], part) : where()
    it.findings.push(
      ...checkParams({ name: `${node.id} (${node.operator})`, definition, params, where: place }),
    )
  }
  return { ...node, params }
}

/** Arguments for what is not in the pipeline. */
function strangers(graph: Graph, { args, written, query }: PipelineDeclaration): readonly Diagnostic[] {
  const names = graph.nodes
    .filter(({ kind }) => kind === 'operator' || kind === 'script')
    .map((node) => node.id)
  return Object.keys(args)
    .filter((name) => !names.includes(name))
    .map((name) =>
      unknown(
        `The pipeline "${query.name}" has no operator or script "${name}"`,
        placeOf(written, ['args', name], 'key'),
        name,
        names,
      ),
    )
}

function unknown(message: string, span: Span, name: string, known: readonly string[]): Diagnostic {
  const near = nearest(name, known)
  const help =
    near === undefined
      ? known.length === 0
        ? 'It takes no arguments'
        : `It has ${known.map((each) => `"${each}"`).join(', ')}`
      : `Did you mean "${near}"?`
  return {
    code: unknownArgument.code,
    severity: 'error',
    origin: 'temblor',
    message,
    labels: [{ span }],
    help,
  }
}
