/** Files to a configuration: every artefact with its place, every finding at once. Links come after, in `link.ts`. */
import { compileQuery, compileScript } from '#dsl/compile.ts'
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { type Source, type Span, spanOf } from '#dsl/source.ts'
import type { Rec } from '#dsl/value.ts'
import type { World } from '#dsl/world.ts'
import { type Address, parseAddress } from '../address.ts'
import type { Catalogue } from '../catalogue.ts'
import { type ConfigOf, checkConfig, type Fields, type Path, type Where } from '../config.ts'
import { wrongValue } from '../config/check.ts'
import { worldOf } from '../world.ts'
import type { BindingSpec, Config, LinkSpec, MappingSpec, PipelineSpec, RampSpec } from './config.ts'
import { bindingFields, documentFields, offrampFields, onrampFields, pipelineFields } from './fields.ts'
import { type Env, type Files, gather, moduleFinder, stemOf } from './files.ts'
import { placeOf, readYaml, type Written, writtenAt } from './yaml.ts'

export interface ReadWorld {
  readonly files: Files
  readonly env: Env
  readonly catalogue: Catalogue
}

/** Reads and checks everything that `paths` name. Never throws for bad input. */
export function readConfig(paths: readonly string[], world: ReadWorld): Config {
  const { yaml, trickle, tremor, findings: unread } = gather(paths, world.files)
  const findings: Diagnostic[] = [...unread]
  const modules = new Map<Source, Source[]>()
  const finder = moduleFinder(world.files, world.env, (module, from) => {
    modules.set(from, [...(modules.get(from) ?? []), module])
  })
  const compilerWorld = worldOf(world.catalogue, finder)
  const queries = trickle.map((source) => compile(source, compilerWorld, { modules, findings }))
  for (const source of tremor) findings.push(...compileScript(source, compilerWorld).findings)

  const files = [...yaml, ...trickle, ...tremor].map(({ name }) => name)
  const all = { onramps: [] as RampSpec[], offramps: [] as RampSpec[], bindings: [] as BindingSpec[], mappings: [] as MappingSpec[] }
  const declared: PipelineDeclaration[] = []
  for (const source of yaml) {
    const { documents, findings: wrong, files: included } = readYaml(source, world)
    findings.push(...wrong)
    files.push(...included)
    for (const document of documents) {
      const read = readDocument(document, world.catalogue, findings)
      all.onramps.push(...read.onramps)
      all.offramps.push(...read.offramps)
      all.bindings.push(...read.bindings)
      all.mappings.push(...read.mappings)
      declared.push(...read.pipelines)
    }
  }
  files.push(...[...modules.values()].flat().map(({ name }) => name))
  const pipelines = [...queries.filter(({ id }) => !declared.some((each) => each.id === id && each.query === id))]
  pipelines.push(...declared.flatMap((each) => instantiate(each, queries)))
  return { ...all, pipelines, queries, files: [...new Set(files)].filter((name) => name !== '<stdin>'), findings }
}

// ---- pipelines ------------------------------------------------------------------------------------------------

/** Compiles a pipeline file. What is wrong with it is reported; the pipeline is there all the same, without a graph. */
export function compile(
  source: Source,
  world: World,
  it: { readonly modules: ReadonlyMap<Source, readonly Source[]>; readonly findings: Diagnostic[] },
): PipelineSpec {
  const { result, findings } = compileQuery(source, stemOf(source.name), world)
  it.findings.push(...findings)
  const id = result?.id ?? /^#!config\s+id\s*=\s*"([^"]*)"/m.exec(source.text)?.[1] ?? stemOf(source.name)
  return {
    id,
    span: spanOf(source, 0, 0),
    source,
    ...(result === undefined ? {} : { graph: result }),
    args: {},
    modules: it.modules.get(source) ?? [],
  }
}
