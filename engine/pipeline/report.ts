import { diagnosticOf } from '#dsl/emit/diagnostic.ts'
import type { ScriptError } from '#dsl/program.ts'
import { placeOf } from '#dsl/render.ts'
import type { ScriptSite } from './script.ts'

/** A failed script or select in the log: where, what, and the values that caused it, short and without secrets. */
export function reportFailure(
  { address, log, failed }: ScriptSite,
  error: ScriptError,
  fields: Readonly<Record<string, unknown>>,
): void {
  const { message, values = [] } = diagnosticOf(error)
  const found = Object.fromEntries(values.map(({ what, text }) => [what, text]))
  log.warn(
    { node: address, ...fields, code: error.code, ...(values.length > 0 ? { found } : {}) },
    `${placeOf(error.span)}: ${message}`,
  )
  failed?.(error)
}
