/** Where in a YAML file a piece of text stands that was read out of it: an expression in quotes, or in a block of lines. */
import type { Span } from '#dsl/source.ts'

/**
 * The place in the file of a place in the text of a scalar. Lines are looked for one after the other, so that the indentation of a
 * block does not matter. The place of the whole scalar if its text is written another way, with escapes or folded lines.
 */
export function spanWithin(scalar: Span, text: string, inner: Pick<Span, 'start' | 'end'>): Span {
  const { source } = scalar
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  const lines = text.split('\n')
  const found: number[] = []
  let from = scalar.start
  for (const line of lines) {
    const at = line.trim() === '' ? from : source.text.indexOf(line, from)
    if (at < 0) return scalar
    found.push(at)
    from = at + line.length
  }
  const place = (offset: number): number => {
    const line = starts.findLastIndex((start) => start <= offset)
    return found[line]! + offset - starts[line]!
  }
  return { source, start: place(inner.start), end: Math.max(place(inner.start), place(inner.end)) }
}
