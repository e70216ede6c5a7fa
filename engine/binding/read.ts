/** Files to a configuration: every artefact with its place, every finding at once. Links come after, in `link.ts`. */
import { dirname, join } from 'node:path'
import { compileScript } from '#dsl/compile.ts'
import type { Diagnostic } from '#dsl/diagnostic.ts'
import type { Source } from '#dsl/source.ts'
import type { World } from '#dsl/world.ts'
import type { Catalogue } from '../catalogue.ts'
import { worldOf } from '../world.ts'
import type { Config } from './config.ts'
import { type Declarations, readDocument } from './document.ts'
import { unresolved } from './env.ts'
import { type Env, type Files, gather, moduleFinder } from './files.ts'
import { compilePipeline, declarePipeline } from './pipelines.ts'
import { badYaml, readYaml } from './yaml.ts'

/** Where configurations are read: the disk and the process's environment, or what stands for them. */
export interface ReadWorld {
  readonly files: Files
  readonly env: Env
  readonly catalogue: Catalogue
  readonly arm?: World['arm']
}

/** Reads and checks everything that `paths` name. Never throws for bad input. */
export function readConfig(paths: readonly string[], world: ReadWorld): Config {
  const { yaml, trickle, tremor, findings: unread } = gather(paths, world.files)
  const findings: Diagnostic[] = [...unread]
  const modules = new Map<Source, Source[]>()
  const findModule = moduleFinder(world.files, world.env, (module, from) => {
    modules.set(from, [...(modules.get(from) ?? []), module])
  })
  const { arm } = world
  const compilerWorld = { ...worldOf(world.catalogue, findModule), ...(arm === undefined ? {} : { arm }) }

  const queries = trickle.map((source) =>
    compilePipeline(source, { world: compilerWorld, modules, findings }),
  )
  for (const source of tremor) findings.push(...compileScript(source, compilerWorld).findings)

  const read = yaml.map((source) => readYaml(source, world))
  findings.push(...read.flatMap((each) => each.findings))
  const documents = read.flatMap((each) =>
    each.documents.map((document) => readDocument(document, { ...world, findings })),
  )
  const declared = documents.flatMap((each) => each.pipelines)
  const pipelines = declared.map((each) =>
    declarePipeline(each, { queries, catalogue: world.catalogue, findings }),
  )
  const routers = documents
    .flatMap((each) => each.routers)
    .map((source) => compilePipeline(source, { world: compilerWorld, modules, findings }))
  // An entry under `pipeline:` with the id of a file gives that file's pipeline its arguments; it is no second one.
  const plain = queries.filter(({ id }) => !declared.some((each) => each.id === id && each.query.name === id))
  return {
    ...together(documents),
    pipelines: [...plain, ...pipelines, ...routers],
    queries,
    files: filesOf(
      [...yaml, ...trickle, ...tremor, ...[...modules.values()].flat()],
      read.flatMap((each) => each.files),
    ),
    findings: withoutConsequences(findings),
    unnamed: (id) => unnamedPipeline(id, yaml, world.files),
    incomplete:
      unread.length > 0 || read.some((each) => each.findings.some(({ code }) => code === badYaml.code)),
  }
}

/** A value that could not be filled in is wrong in other ways too: these say nothing new. */
function withoutConsequences(findings: readonly Diagnostic[]): Diagnostic[] {
  const unset = findings.filter(({ code }) => code === unresolved.code).map(({ labels: [{ span }] }) => span)
  return findings.filter(
    ({ code, labels: [{ span }] }) =>
      code === unresolved.code ||
      !unset.some(
        (each) => each.source === span.source && each.start === span.start && each.end === span.end,
      ),
  )
}

function together(
  documents: readonly Declarations[],
): Pick<Config, 'onramps' | 'offramps' | 'bindings' | 'mappings'> {
  return {
    onramps: documents.flatMap((each) => each.onramps),
    offramps: documents.flatMap((each) => each.offramps),
    bindings: documents.flatMap((each) => each.bindings),
    mappings: documents.flatMap((each) => each.mappings),
  }
}

/** `pipelines/request_handling.trickle`, in a folder of the YAML files or in `pipelines/` beside it. */
function unnamedPipeline(id: string, yaml: readonly Source[], files: Files): string | undefined {
  const folders = new Set(yaml.filter(({ name }) => !name.startsWith('<')).map(({ name }) => dirname(name)))
  for (const folder of [...folders].flatMap((each) => [
    each,
    join(each, 'pipelines'),
    join(each, '../pipelines'),
  ])) {
    try {
      if (files.list(folder).some(({ name }) => name === `${id}.trickle`))
        return join(folder, `${id}.trickle`)
    } catch {
      // There is no such folder.
    }
  }
  return undefined
}

function filesOf(sources: readonly Source[], included: readonly string[]): readonly string[] {
  return [...new Set([...sources.map(({ name }) => name), ...included])].filter(
    (name) => !name.startsWith('<'),
  )
}
