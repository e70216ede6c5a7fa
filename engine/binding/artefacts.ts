/** Artefacts by address: those of the configuration, and those that are built in. */
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { type Kind, placeholdersIn } from '../address.ts'
import type { Catalogue } from '../catalogue.ts'
import { checkConfig } from '../config.ts'
import { worldOf } from '../world.ts'
import { builtinOfframps, builtinPipelines } from './builtin.ts'
import type { Config } from './config.ts'
import { type Artefact, linksOf, type Model } from './model.ts'
import { compilePipeline } from './pipelines.ts'

export function modelOf(config: Config, catalogue: Catalogue): Model {
  const builtin = builtinsOf(catalogue)
  const byKind = {
    onramp: firstById(config.onramps),
    offramp: firstById(config.offramps),
    pipeline: firstById(config.pipelines),
  }
  return {
    config,
    catalogue,
    links: linksOf(config),
    find: ({ kind, id }) => {
      if (kind === 'binding' || placeholdersIn(id).length > 0) return undefined
      const spec = byKind[kind].get(id)
      return spec === undefined ? builtin(kind, id) : ({ kind, spec, builtin: false } as Artefact)
    },
    known: (kind: Kind) => {
      if (kind === 'binding') return config.bindings.map(({ id }) => id)
      const more =
        kind === 'pipeline'
          ? Object.keys(builtinPipelines)
          : kind === 'offramp'
            ? Object.keys(builtinOfframps)
            : []
      return [...byKind[kind].keys(), ...more]
    },
  }
}

function firstById<T extends { readonly id: string }>(specs: readonly T[]): ReadonlyMap<string, T> {
  return new Map([...specs].reverse().map((spec) => [spec.id, spec]))
}

/** Built-in artefacts, made when they are first asked for. */
function builtinsOf(catalogue: Catalogue): (kind: Kind, id: string) => Artefact | undefined {
  const made = new Map<string, Artefact | undefined>()
  return (kind, id) => {
    const key = `${kind} ${id}`
    if (!made.has(key)) made.set(key, builtinOf(kind, id, catalogue))
    return made.get(key)
  }
}

function builtinOf(kind: Kind, id: string, catalogue: Catalogue): Artefact | undefined {
  if (kind === 'pipeline' && Object.hasOwn(builtinPipelines, id)) {
    const findings: Diagnostic[] = []
    const spec = compilePipeline(builtinPipelines[id]!(), {
      world: worldOf(catalogue),
      modules: new Map(),
      findings,
    })
    const graph = spec.graph === undefined ? {} : { graph: { ...spec.graph, id } }
    return { kind, spec: { ...spec, ...graph, id }, builtin: true }
  }
  const type = kind === 'offramp' && Object.hasOwn(builtinOfframps, id) ? builtinOfframps[id]! : undefined
  const definition = type === undefined ? undefined : catalogue.offramps.get(type)
  if (type === undefined || definition === undefined) return undefined
  const span = { source: { name: `<${id}>`, text: '' }, start: 0, end: 0 }
  const { config } = checkConfig(definition.config, {}, () => span)
  const written = { value: {}, span, textual: false }
  const plain = {
    codecMap: {},
    preprocessors: [],
    postprocessors: [],
    errRequired: false,
    linked: false,
    written,
  }
  return {
    kind: 'offramp',
    spec: { kind: 'offramp', id, span, type, definition, config, ...plain },
    builtin: true,
  }
}
