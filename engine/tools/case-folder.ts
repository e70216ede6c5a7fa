/**
 * A case: a folder with `script.tremor` or `query.trickle`, JSON lines in `in` (without it, null runs once), and what is to
 * come of it. In `out` each line is either the value alone, or a record of `value` and, unless it left by `out`, its `port`.
 * In `error.txt` stands all that is said of a text that is broken or fails.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileQuery, compileScript } from '#dsl/compile.ts'
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { diagnosticOf } from '#dsl/emit/diagnostic.ts'
import { decodeJson, encodeJson, JsonError } from '#dsl/json.ts'
import { ScriptError } from '#dsl/program.ts'
import { render } from '#dsl/render.ts'
import type { Source } from '#dsl/source.ts'
import { isRecord, type Value } from '#dsl/value.ts'
import type { World } from '#dsl/world.ts'
import { disk, type Env, moduleFinder, stemOf } from '../binding/files.ts'
import type { Catalogue } from '../catalogue.ts'
import { type Emitted, evalQuery, evalScript } from '../eval.ts'
import { worldOf } from '../world.ts'
import { unifiedDiff } from './diff.ts'
import { readText } from './files.ts'
import { finding, testFailed } from './test-file.ts'

export interface CaseOutcome {
  readonly findings: readonly Diagnostic[]
  /** What the files would have to hold for the case to pass. */
  readonly mends: readonly { readonly file: string; readonly text: string }[]
}

const programs = ['script.tremor', 'query.trickle']

export function isCase(folder: string): boolean {
  return (
    programs.some((name) => existsSync(join(folder, name))) &&
    ['out', 'error.txt'].some((name) => existsSync(join(folder, name)))
  )
}

export function runCase(
  folder: string,
  it: { readonly catalogue: Catalogue; readonly env: Env; readonly arm?: World['arm'] },
): CaseOutcome {
  const program = programs.find((name) => existsSync(join(folder, name)))!
  const source: Source = { name: join(folder, program), text: readText(join(folder, program)) }
  const { emitted, said, failed } = run(source, folder, it)
  const outcomes: CaseOutcome[] = []
  const says = existsSync(join(folder, 'error.txt'))
  const expected = says ? read(folder, 'error.txt') : ''
  // Of a text that does its work, warnings are expected only where a file says so.
  if ((says || failed) && said !== expected)
    outcomes.push(mismatch(folder, 'error.txt', { expected, found: said }))
  if (existsSync(join(folder, 'out'))) {
    const text = read(folder, 'out')
    const lines = emitted.map((one) => (isWrapped(text) ? wrapped(one) : encodeJson(one.value)))
    const found = lines.map((line) => `${line}\n`).join('')
    const wanted = text === '' || text.endsWith('\n') ? text : `${text}\n`
    if (found !== wanted) outcomes.push(mismatch(folder, 'out', { expected: wanted, found }))
  }
  return {
    findings: outcomes.flatMap(({ findings }) => findings),
    mends: outcomes.flatMap(({ mends }) => mends),
  }
}

/** Runs it as far as it goes. What is said names the program by its file's name, so that folders can be moved. */
function run(
  source: Source,
  folder: string,
  { catalogue, env, arm }: Parameters<typeof runCase>[1],
): { readonly emitted: readonly Emitted[]; readonly said: string; readonly failed: boolean } {
  const world: World = {
    ...worldOf(
      catalogue,
      moduleFinder(disk, env, () => {}),
    ),
    ...(arm === undefined ? {} : { arm }),
  }
  const emitted: Emitted[] = []
  const say = (findings: readonly Diagnostic[]) =>
    findings
      .map((each) => render(each))
      .join('\n')
      .replaceAll(`${folder}/`, '')
  try {
    const run = compiled(source, world, catalogue)
    if (run.program === undefined) return { emitted, said: say(run.findings), failed: true }
    for (const one of run.program(inputOf(folder))) emitted.push(one)
    return { emitted, said: say(run.findings), failed: false }
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error
    return { emitted, said: say([diagnosticOf(error)]), failed: true }
  }
}

function compiled(source: Source, world: World, catalogue: Catalogue) {
  if (source.name.endsWith('.trickle')) {
    const { result, findings } = compileQuery(source, stemOf(source.name), world)
    const program = result && ((values: readonly Value[]) => evalQuery(result, values, { catalogue }))
    return { findings, program }
  }
  const { result, findings } = compileScript(source, world)
  return { findings, program: result && ((values: readonly Value[]) => evalScript(result, values)) }
}

function inputOf(folder: string): readonly Value[] {
  if (!existsSync(join(folder, 'in'))) return [null]
  return read(folder, 'in')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => decodeJson(line))
}

/** Every line is a record of nothing but `value` and `port`. */
function isWrapped(text: string): boolean {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.every((line) => {
    try {
      const value = decodeJson(line)
      return (
        isRecord(value) &&
        'value' in value &&
        Object.keys(value).every((key) => key === 'value' || key === 'port')
      )
    } catch (error) {
      if (error instanceof JsonError) return false
      throw error
    }
  })
}

function wrapped({ port, value }: Emitted): string {
  return encodeJson(port === 'out' ? { value } : { port, value })
}

function mismatch(
  folder: string,
  file: string,
  { expected, found }: { readonly expected: string; readonly found: string },
): CaseOutcome {
  const name = join(folder, file)
  const line = firstDifference(expected, found)
  const start = expected.split('\n').slice(0, line).join('\n').length + (line > 0 ? 1 : 0)
  const source = { name, text: expected }
  const span = { source, start, end: start + (expected.split('\n')[line] ?? '').length }
  const message = `Expected what stands in "${file}", found something else`
  const patch = unifiedDiff(expected, found, name).split('\n').slice(2).join('\n').trimEnd()
  return {
    findings: [{ ...finding(testFailed, message, span), notes: [patch] }],
    mends: [{ file: name, text: found }],
  }
}

function firstDifference(one: string, other: string): number {
  const others = other.split('\n')
  return Math.max(
    0,
    one.split('\n').findIndex((line, at) => line !== others[at]),
  )
}

function read(folder: string, file: string): string {
  return readFileSync(join(folder, file), 'utf8')
}
