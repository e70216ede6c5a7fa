/**
 * The registry is the folder: what lies in `operators/qos/roundrobin.ts` is the operator `qos::roundrobin`. Nothing else
 * lists components. Works on the sources and on the compiled `.js` files of a package alike.
 */
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Aggregate, Extractor, NativeFunction } from '#dsl/function.ts'
import type { LibraryModule } from '#dsl/world.ts'
import type { Codec } from './codec.ts'
import type { OperatorDefinition } from './operator.ts'
import type { PostprocessorDefinition, PreprocessorDefinition } from './processor.ts'
import type { OfframpDefinition, OnrampDefinition } from './ramp.ts'

export interface Catalogue {
  readonly operators: ReadonlyMap<string, OperatorDefinition>
  readonly onramps: ReadonlyMap<string, OnrampDefinition>
  readonly offramps: ReadonlyMap<string, OfframpDefinition>
  readonly codecs: ReadonlyMap<string, Codec>
  readonly preprocessors: ReadonlyMap<string, PreprocessorDefinition>
  readonly postprocessors: ReadonlyMap<string, PostprocessorDefinition>
  /** `std::array`, `tremor::system`. */
  readonly library: ReadonlyMap<string, LibraryModule>
  /** By `NativeFunction.name`. */
  readonly functions: ReadonlyMap<string, NativeFunction>
  readonly extractors: ReadonlyMap<string, Extractor>
  /** `aggr::stats::count`. */
  readonly aggregates: ReadonlyMap<string, Aggregate>
}

let loaded: Promise<Catalogue> | undefined

/** Everything there is, loaded once a process. Rejects if a component file is broken: our bug, never the user's. */
export function loadCatalogue(): Promise<Catalogue> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<Catalogue> {
  const [
    operators,
    onramps,
    offramps,
    codecs,
    preprocessors,
    postprocessors,
    library,
    extractors,
    aggregates,
  ] = await Promise.all([
    loadFolder<OperatorDefinition>('./operators/'),
    loadFolder<OnrampDefinition>('./onramps/'),
    loadFolder<OfframpDefinition>('./offramps/'),
    loadFolder<Codec>('./codecs/'),
    loadFolder<PreprocessorDefinition>('./preprocessors/'),
    loadFolder<PostprocessorDefinition>('./postprocessors/'),
    loadFolder<LibraryModule>('../dsl/stdlib/'),
    loadFolder<OneOrMany<Extractor>>('../dsl/extractors/'),
    loadFolder<OneOrMany<Aggregate>>('../dsl/aggregates/'),
  ])
  return {
    operators,
    onramps,
    offramps,
    codecs,
    preprocessors,
    postprocessors,
    library,
    functions: byName([...library.values()].flatMap((module) => [...module.functions.values()])),
    extractors: byName([...extractors.values()].flat() as Extractor[]),
    aggregates: byName([...aggregates.values()].flat() as Aggregate[]),
  }
}

type OneOrMany<T> = T | readonly T[]

/**
 * The default exports of a folder's files by their path, `qos/roundrobin.ts` as `qos::roundrobin`, sorted. `folder` is
 * relative to this file. An absent folder is empty.
 */
export async function loadFolder<T>(folder: string): Promise<ReadonlyMap<string, T>> {
  const base = new URL(folder, import.meta.url)
  const entries = componentFiles(base).map(async (path): Promise<[string, T]> => {
    const module = await import(new URL(path, base).href)
    if (module.default === undefined)
      throw new Error(`"${folder}${path}" has no default export, so it introduces no component`)
    return [path.replace(/\.(ts|js)$/, '').replaceAll('/', '::'), module.default]
  })
  return new Map(await Promise.all(entries))
}

/** Names of the components in a folder, without loading them. */
export function namesIn(folder: string): readonly string[] {
  return componentFiles(new URL(folder, import.meta.url)).map((path) =>
    path.replace(/\.(ts|js)$/, '').replaceAll('/', '::'),
  )
}

function componentFiles(base: URL): readonly string[] {
  const path = fileURLToPath(base)
  if (!existsSync(path)) return []
  const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).map((file) =>
    file.replaceAll('\\', '/'),
  )
  return files.filter((file) => /\.(ts|js)$/.test(file) && !/\.(d|test)\.(ts|js)$/.test(file)).sort()
}

function byName<T extends { readonly name: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.name, item]))
}
