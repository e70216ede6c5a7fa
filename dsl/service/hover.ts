/** What there is to say about the name at a place. */
import type { Source, Span } from '../source.ts'
import type { World } from '../world.ts'
import { fullPath } from './complete.ts'
import { entryOf } from './library.ts'
import { nameAt } from './name-at.ts'
import { outlineOf } from './outline.ts'

export interface Hover {
  /** Of the name. */
  readonly span: Span
  /** How it is written: a signature, a path. */
  readonly title: string
  readonly doc: string
}

/** Undefined where nothing is known. */
export function hover(source: Source, offset: number, world: World): Hover | undefined {
  const outline = outlineOf(source)
  const name = nameAt(source, outline.tokens, offset)
  if (name === undefined) return undefined
  const { path, span, index } = name
  const last = path.at(-1)!
  const extractor = world.extractors.get(last.toLowerCase())
  if (outline.tokens[index + 1]?.kind === '<extractor>' && extractor !== undefined) {
    return { span, title: `${extractor.name}|…|`, doc: extractor.doc }
  }
  const own = path.length === 1 ? outline.declared.findLast((each) => each.name === last) : undefined
  if (own !== undefined)
    return { span, title: own.kind === 'local' ? `let ${last}` : own.detail, doc: own.doc ?? '' }
  const full = fullPath(path, outline)
  const entry = entryOf(world, full)
  if (entry !== undefined) {
    const title = entry.kind === 'module' ? entry.detail : [...full.slice(0, -1), entry.detail].join('::')
    return { span, title, doc: entry.doc }
  }
  const operator = world.operators.get(full.join('::'))
  return operator === undefined ? undefined : { span, title: `operator ${operator.name}`, doc: '' }
}
