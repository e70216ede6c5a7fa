import { linesOf, positionAt, type Span } from '../../source.ts'

/** The place of an operation that can fail, made while compiling and handed to whatever raises the failure. */
export interface Site {
  readonly span: Span
  /** The wider expression: tremor prints its lines as context. */
  readonly outer: Span
  /** Where tremor places the failure, if that is elsewhere. */
  readonly tremor?: Span
  /** For calls, `m::f/n`. */
  readonly name?: string
  /** For calls of native functions: what they take, in words. */
  readonly takes?: string
  /** A call that runs: its context is two lines on either side. While folding, it is the call alone. */
  readonly call?: boolean
}

/** The span, widened by whole lines on either side. */
export function linesAround(span: Span, count: number): Span {
  const starts = linesOf(span.source)
  const first = positionAt(span.source, span.start).line
  const last = positionAt(span.source, span.end).line
  const start = starts[Math.max(first - 1 - count, 0)]!
  const after = starts[Math.min(last + count, starts.length)]
  return { source: span.source, start, end: after === undefined ? span.source.text.length : after - 1 }
}
