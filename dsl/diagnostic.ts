import type { Span } from './source.ts'

/** One place a finding speaks of, and what is to be seen there. */
export interface Label {
  readonly span: Span
  readonly message?: string
}

/** Replacing the text of `span` by `text` mends the finding. */
export interface TextEdit {
  readonly span: Span
  readonly text: string
}

/**
 * A finding, as data. Laid out for people in `render.ts` only.
 *
 * `code` is for ever: 'E0201' means the same in every release and occurs in one source file.
 * `origin` tells findings that tremor 0.11 raises too (`tremor`) from those that are ours (`temblor`).
 */
export interface Diagnostic {
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly origin: 'tremor' | 'temblor'
  /** One sentence: what failed, what was found. */
  readonly message: string
  /** The first label is the primary place. */
  readonly labels: readonly [Label, ...Label[]]
  readonly notes?: readonly string[]
  /** What would be right. */
  readonly help?: string
  readonly fix?: readonly TextEdit[]
  /** Of failures of a run: the values that caused it, already short and without secrets. */
  readonly values?: readonly ValueSeen[]
  /** How tremor words and places the same finding, where that differs: read by its layout in `render.ts` alone. */
  readonly tremor?: TremorWords
}

export interface ValueSeen {
  /** `left`, `record`, `argument 1`. */
  readonly what: string
  readonly text: string
}

export interface TremorWords {
  readonly message?: string
  readonly hint?: string
  /**
   * The lines that tremor prints: those of a span, or so many before and behind (2 if not said). `none` for a finding
   * that it prints without a place, `cut` for one behind which it prints nothing.
   */
  readonly context?: Span | number | 'none' | 'cut'
  /** What tremor underlines, if it is not the first label. */
  readonly span?: Span
}

/** The standing description of a code: what `explain` prints and the errors page holds; `wrong` and `right` run as tests. */
export interface DiagnosticKind {
  readonly code: string
  readonly title: string
  readonly explain: string
  readonly wrong?: string
  readonly right?: string
}

/** Declares a code where it is raised. The declaration is data; nothing is registered by importing it. */
export function defineDiagnostic<const K extends DiagnosticKind>(kind: K): K {
  return kind
}

export function hasErrors(findings: readonly Diagnostic[]): boolean {
  return findings.some((finding) => finding.severity === 'error')
}
