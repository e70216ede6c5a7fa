/** The families whose scripts run: they succeed, or fail at run time with a text. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileScript } from '#dsl/compile.ts'
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { diagnosticOf } from '#dsl/emit/diagnostic.ts'
import { encodeSorted } from '#dsl/json.ts'
import { type HostFacts, ScriptError, type ScriptProgram } from '#dsl/program.ts'
import { renderTremor } from '#dsl/render.ts'
import type { Source } from '#dsl/source.ts'
import type { Value } from '#dsl/value.ts'
import { evalScript } from '../../engine/eval.ts'
import { type Case, eventsOf, sourceOf, worldFor } from './suite.ts'

/** The suite looks at the clock once, and replaces what it reads. */
const host: HostFacts = {
  hostname: 'localhost',
  version: '0.11.12',
  nanotime: () => 1_600_000_000_000_000_000n,
}

/** What went wrong with a case, or nothing. */
export async function runScript(it: Case): Promise<string | undefined> {
  const { program, errors, ours } = await compiled(it)
  if (program === undefined) return errors
  if (ours !== undefined) return ours
  const expected = eventsOf(it, 'out').map(encodeSorted)
  const got: string[] = []
  try {
    for (const { value } of evalScript(program, eventsOf(it, 'in'), { host })) got.push(encodeSorted(value))
  } catch (error) {
    return error instanceof ScriptError ? renderTremor(diagnosticOf(error)) : String((error as Error).stack)
  }
  return difference(got, expected)
}

/** Only the last event counts; it must fail, with this text unless the case is ignored. */
export async function runRuntimeError(it: Case): Promise<string | undefined> {
  const { program, source, errors } = await compiled(it)
  if (program === undefined) return errors
  const event = eventsOf(it, 'in').at(-1) as Value
  try {
    const [result] = [...evalScript(program, [event], { origin: null })]
    return `expected an error, got ${result === undefined ? 'nothing' : encodeSorted(result.value)}`
  } catch (error) {
    if (!(error instanceof ScriptError)) return String((error as Error).stack)
    if (it.ignored) return undefined
    const expected = readFileSync(join(it.folder, 'error.txt'), 'utf8').trim()
    const got = renderTremor(diagnosticOf(error), source).trim()
    return got === expected ? undefined : `expected\n${expected}\ngot\n${got}`
  }
}

interface Attempt {
  readonly program?: ScriptProgram
  readonly source: Source
  readonly errors: string
  /** A finding of our own, which no program of the suite that succeeds may raise. */
  readonly ours: string | undefined
}

async function compiled(it: Case): Promise<Attempt> {
  const source = sourceOf(it, 'script.tremor')
  const { result, findings } = compileScript(source, await worldFor(it))
  const errors = findings
    .filter(({ severity }) => severity === 'error')
    .map((finding) => renderTremor(finding, source))
  const attempt = { source, errors: errors.join('\n'), ours: findingOfOurs(findings) }
  return result === undefined ? attempt : { ...attempt, program: result }
}

export function findingOfOurs(findings: readonly Diagnostic[]): string | undefined {
  const found = findings.find(({ origin }) => origin === 'temblor')
  return found && `raises ${found.code}, which is ours: ${found.message}`
}

/** The first line that differs. */
export function difference(got: readonly string[], expected: readonly string[]): string | undefined {
  for (const [at, line] of expected.entries()) {
    if (got[at] !== line) return `event ${at}: expected ${line}\n     got ${got[at] ?? 'nothing'}`
  }
  return got.length > expected.length ? `one event too many: ${got[expected.length]}` : undefined
}
