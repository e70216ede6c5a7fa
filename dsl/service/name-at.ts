/** The name that stands at a place, with the modules before it. */
import type { Token } from '../grammar/tokens.ts'
import { type Source, type Span, spanOf } from '../source.ts'

export interface NameAt {
  /** `['array', 'push']` for `array::push`; of a name in the middle, what comes up to it. */
  readonly path: readonly string[]
  readonly span: Span
  readonly index: number
}

export function nameAt(source: Source, tokens: readonly Token[], offset: number): NameAt | undefined {
  const index = tokens.findIndex(
    ({ kind, start, end }) => kind === '<ident>' && start <= offset && offset <= end,
  )
  if (index < 0) return undefined
  const path = [tokens[index]!.value as string]
  for (let at = index - 1; tokens[at]?.kind === '::' && tokens[at - 1]?.kind === '<ident>'; at -= 2) {
    path.unshift(tokens[at - 1]!.value as string)
  }
  const { start, end } = tokens[index]!
  return { path, index, span: spanOf(source, start, end) }
}
