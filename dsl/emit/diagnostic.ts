import type { Diagnostic } from '../diagnostic.ts'
import type { ScriptError } from '../program.ts'

/** A failure of a run, or of folding, as a finding. */
export function diagnosticOf(error: ScriptError): Diagnostic {
  const { code, message, span, outer, notes } = error
  const hint = notes[0]
  return {
    code,
    severity: 'error',
    origin: 'tremor',
    message,
    labels: [{ span }],
    ...(notes.length > 0 ? { notes } : {}),
    tremor: { message, context: outer, ...(hint === undefined ? {} : { hint }) },
  }
}
