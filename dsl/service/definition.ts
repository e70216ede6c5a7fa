/** Where the name at a place comes from. */
import { type Source, type Span, spanOf } from '../source.ts'
import type { World } from '../world.ts'
import { fullPath } from './complete.ts'
import { nameAt } from './name-at.ts'
import { type Declared, outlineOf } from './outline.ts'

/** The name where it is declared, in this text or in that of a module. Undefined for names of our own library. */
export function definition(source: Source, offset: number, world: World): Span | undefined {
  const outline = outlineOf(source)
  const name = nameAt(source, outline.tokens, offset)
  if (name === undefined) return undefined
  const { path, index } = name
  const isField = outline.tokens[index - 1]?.kind === '.' || outline.tokens[index - 1]?.kind === '$'
  if (isField) return undefined
  if (path.length === 1) {
    const own = nearest(outline.declared, path[0]!, { offset, tokens: outline.tokens, index })
    if (own !== undefined) return own.span
  }
  return inModules(source, fullPath(path, outline), world)
}

/** Of several, the last before the place; a node is looked for where it was created, and that where it was defined. */
function nearest(
  declared: readonly Declared[],
  name: string,
  { offset, tokens, index }: { offset: number; tokens: readonly { readonly kind: string }[]; index: number },
): Declared | undefined {
  const named = declared.filter((each) => each.name === name)
  const creating = tokens[index - 2]?.kind === 'create' || tokens[index - 1]?.kind === 'from'
  const wanted = creating ? named.filter(({ created }) => created !== true) : named
  const pool = wanted.length > 0 ? wanted : named
  const nodes = pool.filter(({ created }) => created === true)
  if (!creating && nodes.length > 0) return nodes[0]
  return pool.findLast(({ span }) => span.start <= offset) ?? pool[0]
}

/** `a::b::c`: in `a::b` the name `c`, in `a` what `b::c` ends with, or the module itself. */
function inModules(source: Source, path: readonly string[], world: World): Span | undefined {
  const whole = world.findModule(path, source)
  if (whole !== undefined) return spanOf(whole, 0, 0)
  for (let length = path.length - 1; length > 0; length--) {
    const module = world.findModule(path.slice(0, length), source)
    if (module === undefined) continue
    return outlineOf(module).declared.find(({ name }) => name === path.at(-1))?.span
  }
  return undefined
}
