import { basename } from 'node:path'
import { nearest } from '#dsl/nearest.ts'
import { positionAt, type Span, textOf } from '#dsl/source.ts'
import { type Kind, placeholdersIn } from '../../address.ts'
import type { End } from '../config.ts'
import { defineCheck, endsOf, type Found, type Link, type Model } from '../model.ts'

export default defineCheck({
  code: 'E0701',
  title: 'unknown artefact',
  explain:
    'A link names an onramp, offramp or pipeline, a mapping names a binding, or an entry under "pipeline:" names a pipeline file, that no file defines. Pipelines are known by the stem of their file, or by its "#!config id".',
  wrong:
    'onramp:\n  - { id: in, type: rest }\nbinding:\n  - id: main\n    links:\n      /onramp/in/{instance}/out: /pipeline/system::passtrough/{instance}/in',
  right:
    'onramp:\n  - { id: in, type: rest }\nbinding:\n  - id: main\n    links:\n      /onramp/in/{instance}/out: /pipeline/system::passthrough/{instance}/in',
  *run(model) {
    if (model.config.incomplete) return
    for (const uses of missing(model).values()) {
      const { address, span, link } = uses[0]!
      const found = unknown({ kind: address.kind, id: address.id, span }, model)
      const filledIn = link.mapping !== undefined && !textOf(span).includes(address.id)
      const mapped = filledIn ? [{ span: link.mapping.span, message: 'mapped here' }] : []
      yield {
        ...found,
        labels: [...found.labels, ...mapped],
        notes: moreUses(uses.map((use) => use.span)),
      }
    }
    for (const { address, span } of model.config.mappings) {
      if (!model.known('binding').includes(address.id))
        yield unknown({ kind: 'binding', id: address.id, span }, model)
    }
    for (const { query } of model.config.pipelines) {
      const file = query === undefined || model.config.queries.some(({ id }) => id === query.name)
      if (!file)
        yield unknown({ kind: 'pipeline', id: query.name, span: query.span, noun: 'pipeline file' }, model)
    }
  },
})

type Use = End & { readonly link: Link }

/** Ends of links that name nothing, by what they name. */
function missing(model: Model): ReadonlyMap<string, readonly Use[]> {
  const uses = new Map<string, Use[]>()
  for (const end of endsOf(model)) {
    const { kind, id } = end.address
    if (kind === 'binding' || placeholdersIn(id).length > 0 || model.find(end.address) !== undefined) continue
    const key = `${kind} ${id}`
    uses.set(key, [...(uses.get(key) ?? []), end])
  }
  return uses
}

/** Where else, if not in one line with the first. */
function moreUses(spans: readonly Span[]): readonly string[] {
  const places = spans.map(
    ({ source, start }) => `${basename(source.name)}:${positionAt(source, start).line}`,
  )
  const [, ...others] = [...new Set(places)]
  return others.length === 0 ? [] : [`Used at ${others.join(', ')}, too`]
}

interface Missing {
  readonly kind: Kind
  readonly id: string
  readonly span: Span
  /** What it is called, if not by its kind. */
  readonly noun?: string
}

function unknown({ kind, id, span, noun = kind }: Missing, model: Model): Found {
  const label = { span, message: `no such ${noun}` }
  return { message: `There is no ${noun} "${id}"`, labels: [label], help: helpFor({ kind, id, noun }, model) }
}

function helpFor({ kind, id, noun }: Omit<Missing, 'span'>, model: Model): string {
  const beside = kind === 'pipeline' ? model.config.unnamed(id) : undefined
  if (beside !== undefined) return `"${beside}" was not named: give its path, too`
  const known = model.known(kind)
  const near = nearest(id, known)
  if (near !== undefined) return `Did you mean "${near}"?`
  const other = (['onramp', 'offramp', 'pipeline'] as const).find(
    (each) => each !== kind && model.known(each).includes(id),
  )
  if (other !== undefined)
    return `It is the name of ${other === 'pipeline' ? 'a' : 'an'} ${other}: write "/${other}/${id}/…"`
  return known.length === 0
    ? `No file defines any ${noun}`
    : `Known: ${known.map((each) => `"${each}"`).join(', ')}`
}
