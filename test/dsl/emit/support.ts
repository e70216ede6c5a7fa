/** Compiling and running one-liners. */
import { compileScript } from '#dsl/compile.ts'
import { decodeJson, encodeJson } from '#dsl/json.ts'
import { type Frame, ScriptError, type ScriptProgram } from '#dsl/program.ts'
import { positionAt } from '#dsl/source.ts'
import type { World } from '#dsl/world.ts'
import { loadCatalogue } from '#engine/catalogue.ts'
import { evalFrame, evalScript } from '#engine/eval.ts'
import { worldOf } from '#engine/world.ts'

const world: World = worldOf(await loadCatalogue())

export function compile(text: string): ScriptProgram {
  const { result, findings } = compileScript({ name: 's.tremor', text }, world)
  if (result === undefined) throw new Error(findings.map(({ message }) => message).join('\n'))
  return result
}

/** The messages of the errors that compiling finds. */
export function refused(text: string): string[] {
  const { findings } = compileScript({ name: 's.tremor', text }, world)
  return findings.filter(({ severity }) => severity === 'error').map(({ message }) => message)
}

/** What comes of one event, as JSON; a failure as `line:column message`. */
export function run(text: string, event = 'null'): string {
  try {
    const [made] = [...evalScript(compile(text), [decodeJson(event)])]
    return made === undefined ? 'dropped' : encodeJson(made.value)
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error
    const { line, column } = positionAt(error.span.source, error.span.start)
    return `${line}:${column} ${error.message}`
  }
}

export function frameOf(event: string): Frame {
  const frame = evalFrame()
  frame.event = decodeJson(event)
  return frame
}
