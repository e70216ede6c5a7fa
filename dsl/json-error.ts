/** A mistake in a JSON document, and where: lines and columns from 1, columns in Unicode characters. */
export class JsonError extends Error {
  /** Line and column are 0 if the mistake has no place in a text, as in a value that cannot be encoded. */
  readonly line: number
  readonly column: number
  /** What stands at that place, in words fit for a sentence: `"x"`, `end of document`. */
  readonly found: string
  constructor(message: string, place?: { line: number; column: number; found: string }) {
    super(place ? `${message} at line ${place.line}, column ${place.column}, found ${place.found}` : message)
    this.name = 'JsonError'
    this.line = place?.line ?? 0
    this.column = place?.column ?? 0
    this.found = place?.found ?? ''
  }
}

/** The error `message` for the character at `offset` of `text`. */
export function jsonErrorAt(text: string, offset: number, message: string): JsonError {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < start; at = text.indexOf('\n', at + 1)) line++
  const column = [...text.slice(start, offset)].length + 1
  return new JsonError(message, { line, column, found: foundAt(text, offset) })
}

function foundAt(text: string, offset: number): string {
  const code = text.codePointAt(offset)
  if (code === undefined) return 'end of document'
  if (code < 0x20 || code === 0x7f)
    return `control character U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  const word = /[\w.+-]{1,30}/y
  word.lastIndex = offset
  return JSON.stringify(word.exec(text)?.[0] ?? String.fromCodePoint(code))
}
