/** A piece of program text and the name a reader knows it by (a path, or `<stdin>`). */
export interface Source {
  readonly name: string
  readonly text: string
}

/** A half-open range `[start, end)` of UTF-16 offsets into a source. */
export interface Span {
  readonly source: Source
  readonly start: number
  readonly end: number
}

/** A place as a reader counts it: line and column from 1, the column in Unicode characters. */
export interface Position {
  readonly line: number
  readonly column: number
}

const lineStarts = new WeakMap<Source, readonly number[]>()

/** Offsets at which the lines of `source` begin. */
export function linesOf(source: Source): readonly number[] {
  let starts = lineStarts.get(source)
  if (starts === undefined) {
    const found = [0]
    for (let at = source.text.indexOf('\n'); at >= 0; at = source.text.indexOf('\n', at + 1))
      found.push(at + 1)
    lineStarts.set(source, (starts = found))
  }
  return starts
}

export function positionAt(source: Source, offset: number): Position {
  const starts = linesOf(source)
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (starts[middle]! <= offset) low = middle
    else high = middle - 1
  }
  const column = [...source.text.slice(starts[low]!, offset)].length + 1
  return { line: low + 1, column }
}

export function spanOf(source: Source, start: number, end: number): Span {
  return { source, start, end }
}

/** The text a span covers. */
export function textOf(span: Span): string {
  return span.source.text.slice(span.start, span.end)
}
