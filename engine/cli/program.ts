/** A script or query given on the command line, compiled, and run over values. */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { compileQuery, compileScript } from '#dsl/compile.ts'
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { diagnosticOf } from '#dsl/emit/diagnostic.ts'
import { decodeJson, JsonError } from '#dsl/json.ts'
import { type HostFacts, ScriptError } from '#dsl/program.ts'
import { render } from '#dsl/render.ts'
import type { Source } from '#dsl/source.ts'
import type { Value } from '#dsl/value.ts'
import { disk, moduleFinder, stemOf } from '../binding/files.ts'
import { loadCatalogue } from '../catalogue.ts'
import type { Clock } from '../clock.ts'
import { type Emitted, evalQuery, evalScript } from '../eval.ts'
import { version } from '../home.ts'
import { worldOf } from '../world.ts'
import { CommandFailure, exit } from './exit.ts'

/** Runs it on values, one after the other; what it emits comes as it is emitted. */
export type Program = (values: Iterable<Value>) => Iterable<Emitted>

export interface Prepared {
  readonly findings: readonly Diagnostic[]
  /** Absent if there are errors. */
  readonly program?: Program
}

export function readSource(path: string): Source {
  try {
    return { name: path, text: readFileSync(path, 'utf8') }
  } catch (error) {
    throw new CommandFailure(exit.no, `Cannot read "${path}": ${(error as Error).message}`)
  }
}

/** By its name a query if that ends in `.trickle`, a script otherwise. With a clock, host and time are the real ones. */
export async function prepare(
  source: Source,
  environment: Readonly<Record<string, string | undefined>>,
  clock?: Clock,
): Promise<Prepared> {
  const catalogue = await loadCatalogue()
  const world = worldOf(
    catalogue,
    moduleFinder(disk, environment, () => {}),
  )
  const options = clock === undefined ? {} : { host: liveHost(clock) }
  if (source.name.endsWith('.trickle')) {
    const { result, findings } = compileQuery(source, stemOf(source.name), world)
    return result === undefined
      ? { findings }
      : { findings, program: (values) => evalQuery(result, values, { ...options, catalogue }) }
  }
  const { result, findings } = compileScript(source, world)
  return result === undefined
    ? { findings }
    : { findings, program: (values) => evalScript(result, values, options) }
}

/** JSON lines, or one document over many lines. */
export function readValues(text: string, name: string): Value[] {
  const whole = text.trim()
  if (whole === '') return []
  const lines = whole.split('\n')
  try {
    return lines.filter((line) => line.trim() !== '').map((line) => decodeJson(line))
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    if (lines.length > 1 && isDocument(whole)) return [decodeJson(whole)]
    throw new CommandFailure(exit.no, `${name} holds no JSON lines: ${error.message}`)
  }
}

/** What a program throws at a value, as a person reads it; undefined if it is our bug. */
export function describeFailure(error: unknown, colour: boolean): string | undefined {
  return error instanceof ScriptError ? render(diagnosticOf(error), { color: colour }) : undefined
}

function isDocument(text: string): boolean {
  try {
    decodeJson(text)
    return true
  } catch {
    return false
  }
}

function liveHost(clock: Clock): HostFacts {
  return { hostname: hostname(), version, nanotime: () => clock.wallNs() }
}
