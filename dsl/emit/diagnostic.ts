import type { Diagnostic, ValueSeen } from '../diagnostic.ts'
import { masked, maskedText } from '../masked.ts'
import type { ScriptError } from '../program.ts'
import { isSecretName, secretsIn } from '../secrets.ts'
import { textOf } from '../source.ts'

/** A failure of a run, or of folding, as a finding. */
export function diagnosticOf(error: ScriptError): Diagnostic {
  const { code, message, span, outer, tremor, notes, help } = error
  const hint = notes[0]
  const secrets = secretsIn([...error.seen, ...error.found.map(({ value }) => value)])
  return {
    code,
    severity: 'error',
    origin: 'tremor',
    message: maskedText(message, secrets),
    labels: [{ span }],
    ...(error.found.length > 0 ? { values: valuesOf(error, secrets) } : {}),
    ...(help === undefined ? {} : { help }),
    ...(notes.length > 0 ? { notes } : {}),
    tremor: {
      message,
      context: outer,
      ...(tremor === undefined ? {} : { span: tremor }),
      ...(hint === undefined ? {} : { hint }),
    },
  }
}

/** Hidden are values below names of secrets, the same values wherever they come up, and texts if the expression names one. */
function valuesOf({ found, span }: ScriptError, secrets: ReadonlySet<string>): ValueSeen[] {
  const [line = ''] = textOf(span).split('\n', 1)
  const names = line.match(/[\p{L}\p{N}_-]+/gu) ?? []
  const named = names.some(isSecretName)
  return found.map(({ what, value }) => {
    const isSecret = named && typeof value === 'string'
    return { what, text: masked(value, { secrets, isSecret }) }
  })
}
