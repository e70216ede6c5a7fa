/** Where in the source the characters of a rule stand: `\\\\`, `\\|` and continued lines make the rule another text than what was written. */
import type { Span } from './source.ts'

/**
 * The span of `length` characters of a rule from `at` on, of an extractor whose rule, with its bars, is at `written`. Undefined if what
 * is written there does not read as the rule.
 */
export function placeInRule(rule: string, written: Span, at: number, length: number): Span | undefined {
  const { text } = written.source
  const places = placesOf(written)
  const read = places.map((place) => (text[place] === '\\' ? text[place + 1] : text[place])).join('')
  if (read !== rule) return undefined
  const bar = written.end - 1
  const start = places[at] ?? bar
  return { source: written.source, start, end: Math.max(places[at + length] ?? bar, start + 1) }
}

/** The offsets of the characters, as the lexer reads them; of an escaped one that of its backslash. */
function placesOf({ source: { text }, start, end }: Span): number[] {
  const lines: number[][] = [[]]
  for (let at = start + 1; at < end - 1; at++) {
    const next = text[at + 1]
    if (text[at] === '\\' && next === '\n') lines.push([])
    else if (text[at] !== '\\' || next === '\\' || next === '|') lines.at(-1)!.push(at)
    if (text[at] === '\\') at += 1
  }
  const indents = lines.filter((line) => line.length > 0).map((line) => indentOf(line, text))
  const shared = Math.min(...indents, Number.MAX_SAFE_INTEGER)
  return lines.flatMap((line) => line.slice(shared))
}

function indentOf(line: readonly number[], text: string): number {
  const first = line.findIndex((place) => text[place]!.trim() !== '')
  return first < 0 ? line.length : first
}
