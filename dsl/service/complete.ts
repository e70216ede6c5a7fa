/** What could be written at a place. */
import { keywords } from '../grammar/tokens.ts'
import { type Source, type Span, spanOf } from '../source.ts'
import type { World } from '../world.ts'
import { type Entry, entriesOf } from './library.ts'
import { type Declared, type Outline, outlineOf } from './outline.ts'

export interface Completion {
  readonly label: string
  readonly kind: Entry['kind'] | Declared['kind'] | 'keyword' | 'extractor'
  readonly detail?: string
  readonly doc?: string
}

export interface Completions {
  /** What a choice replaces: the part of the name that stands there already. */
  readonly span: Span
  readonly items: readonly Completion[]
}

/** In alphabetical order, what the text itself declares first. Nothing within strings and comments. */
export function complete(source: Source, offset: number, world: World): Completions {
  const before = source.text.slice(0, offset)
  const word = /[\p{XID_Start}][\p{XID_Continue}]*$/u.exec(before)?.[0] ?? ''
  const span = spanOf(source, offset - word.length, offset)
  const outline = outlineOf(source)
  if (isInText(outline, source, offset)) return { span, items: [] }
  const items = candidates(before.slice(0, before.length - word.length), outline, world)
  const unique = new Map(items.toReversed().map((item) => [item.label, item]))
  return {
    span,
    items: items.filter((item) => unique.get(item.label) === item && item.label.startsWith(word)),
  }
}

function candidates(before: string, outline: Outline, world: World): readonly Completion[] {
  const path = /((?:[\p{XID_Start}][\p{XID_Continue}]*::)+)$/u.exec(before)?.[1]?.split('::').slice(0, -1)
  if (/\buse\s+(?:\w+::)*$/.test(before)) return modulesFor(path ?? [], world)
  if (/\bdefine\s+(?:\w+::)*$/.test(before)) return operatorsFor(path ?? [], world)
  if (path !== undefined) return entriesOf(world, fullPath(path, outline)).map(fromEntry)
  if (/~=?\s*$/.test(before)) {
    return [...world.extractors.values()].map(({ name, doc }) => ({ label: name, kind: 'extractor', doc }))
  }
  if (/(?:\.|\$)$/.test(before)) return []
  const own = sorted(outline.declared.map(fromDeclared))
  const used = [...outline.uses].map(
    ([label, path]): Completion => ({ label, kind: 'module', detail: path.join('::') }),
  )
  const words = [...keywords].sort().map((label): Completion => ({ label, kind: 'keyword' }))
  return [...own, ...sorted(used), ...words]
}

/** A name that `use` brought in stands for its whole path. */
export function fullPath(path: readonly string[], { uses }: Outline): readonly string[] {
  const [first, ...rest] = path
  return [...(uses.get(first!) ?? [first!]), ...rest]
}

function modulesFor(path: readonly string[], world: World): readonly Completion[] {
  return entriesOf(world, path)
    .filter(({ kind }) => kind === 'module')
    .map(fromEntry)
}

function operatorsFor(path: readonly string[], world: World): readonly Completion[] {
  const prefix = [...path, ''].join('::')
  const names = [...world.operators.keys()].filter((name) => name.startsWith(prefix))
  const steps = new Set(names.map((name) => name.slice(prefix.length).split('::')[0]!))
  return sorted([...steps].map((label) => ({ label, kind: 'operator' })))
}

function fromEntry({ kind, name, detail, doc }: Entry): Completion {
  return { label: name, kind, detail, doc }
}

function fromDeclared({ kind, name, detail, doc }: Declared): Completion {
  return { label: name, kind, detail, ...(doc === undefined ? {} : { doc }) }
}

function sorted(items: readonly Completion[]): readonly Completion[] {
  return items.toSorted((a, b) => (a.label < b.label ? -1 : 1))
}

function isInText({ tokens }: Outline, { text }: Source, offset: number): boolean {
  const inString = tokens.some(
    ({ kind, start, end }) => (kind === 'string' || kind === 'heredoc') && start < offset && offset <= end,
  )
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)
  return inString || /^\s*#/.test(line)
}
