/** The language's library as the engine's catalogue sees it: every file of the three folders. */
import { readdirSync } from 'node:fs'
import type { Aggregate, Extractor, NativeFunction } from '#dsl/function.ts'
import type { LibraryModule, World } from '#dsl/world.ts'

const base = new URL('../../../dsl/', import.meta.url)

async function load<T>(folder: string): Promise<Map<string, T>> {
  const files = readdirSync(new URL(folder, base), { recursive: true, encoding: 'utf8' })
  const loaded = files
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map(async (file): Promise<[string, T]> => {
      const { default: value } = await import(new URL(`${folder}/${file}`, base).href)
      return [file.replace(/\.ts$/, '').replaceAll('/', '::'), value]
    })
  return new Map(await Promise.all(loaded))
}

export const library = await load<LibraryModule>('stdlib')
export const extractors = byName(await load<Extractor>('extractors'))
export const aggregates = byName(await load<Aggregate>('aggregates'))
export const functions = new Map<string, NativeFunction>(
  [...library.values()].flatMap((module) => [...module.functions.values()].map((each) => [each.name, each])),
)

export const world: World = {
  library,
  functions,
  extractors,
  aggregates,
  operators: new Map(),
  findModule: () => undefined,
}

function byName<T extends { readonly name: string }>(items: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...items.values()].map((item) => [item.name, item]))
}
