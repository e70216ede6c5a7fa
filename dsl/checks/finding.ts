/** How the files of this folder make findings: a kind, a place, a sentence, and what else there is to say. */
import type { Query, Script } from '../ast.ts'
import type { Diagnostic, DiagnosticKind, Label } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import type { World } from '../world.ts'

type More = Partial<Omit<Diagnostic, 'code' | 'severity' | 'message' | 'labels'>> & {
  /** Other places that belong to the finding. */
  readonly also?: readonly Label[]
}

/** A finding of tremor's, unless `more` says otherwise. */
export function error(kind: DiagnosticKind, span: Span, message: string, more: More = {}): Diagnostic {
  return make(kind, 'error', span, message, more)
}

export function warning(kind: DiagnosticKind, span: Span, message: string, more: More = {}): Diagnostic {
  return make(kind, 'warning', span, message, more)
}

function make(
  kind: DiagnosticKind,
  severity: 'error' | 'warning',
  span: Span,
  message: string,
  more: More,
): Diagnostic {
  const { also = [], ...rest } = more
  return { code: kind.code, severity, origin: 'tremor', message, labels: [{ span }, ...also], ...rest }
}

/** A rule about a resolved tree. It reports what it finds and stops nothing. */
export interface Check {
  readonly kind: DiagnosticKind
  run(tree: Script | Query, context: CheckContext): Diagnostic[]
}

export interface CheckContext {
  readonly world: World
  /** Names whose declaration could not be read: nothing is said of their absence. */
  readonly broken: ReadonlySet<string>
  /** The tree is all there is: nothing came before it, and nothing in it is the rest of what was not understood. */
  readonly whole: boolean
}
