/** Mends what findings offer to mend: their edits, applied to the texts they are about. */
import type { Diagnostic, TextEdit } from '#dsl/diagnostic.ts'

export interface Fixed {
  /** The new text of every file that changes. */
  readonly texts: ReadonlyMap<string, string>
  /** How many findings are mended by it. */
  readonly mended: number
}

/** Applies the fixes of all findings. Of two that overlap the first wins; the other can be asked for again. */
export function applyFixes(findings: readonly Diagnostic[]): Fixed {
  const taken: TextEdit[] = []
  let mended = 0
  for (const { fix } of findings) {
    if (fix === undefined || fix.length === 0) continue
    if (fix.some((edit) => taken.some((other) => same(edit, other)))) {
      // Two findings that offer the very same edit are both mended by it.
      if (fix.every((edit) => taken.some((other) => same(edit, other)))) mended += 1
      continue
    }
    if (fix.some((edit) => taken.some((other) => overlap(edit, other)))) continue
    taken.push(...fix)
    mended += 1
  }
  const sources = new Map(taken.map(({ span }) => [span.source.name, span.source.text]))
  const texts = [...sources].map(([name, text]): [string, string] => [
    name,
    edited(
      text,
      taken.filter(({ span }) => span.source.name === name),
    ),
  ])
  return { texts: new Map(texts), mended }
}

function edited(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .sort((a, b) => b.span.start - a.span.start)
    .reduce((done, { span, text: put }) => done.slice(0, span.start) + put + done.slice(span.end), text)
}

function same(a: TextEdit, b: TextEdit): boolean {
  return (
    a.span.source.name === b.span.source.name &&
    a.span.start === b.span.start &&
    a.span.end === b.span.end &&
    a.text === b.text
  )
}

function overlap(a: TextEdit, b: TextEdit): boolean {
  if (a.span.source.name !== b.span.source.name) return false
  if (a.span.start === b.span.start) return true
  return a.span.start < b.span.end && b.span.start < a.span.end
}
