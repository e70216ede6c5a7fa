/** A script or query given on the command line, compiled, and run over values. */
import { closeSync, openSync, readSync } from 'node:fs'
import { hostname } from 'node:os'
import { StringDecoder } from 'node:string_decoder'
import { compileQuery, compileScript } from '#dsl/compile.ts'
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { diagnosticOf } from '#dsl/emit/diagnostic.ts'
import { decodeJson, JsonError } from '#dsl/json.ts'
import { type HostFacts, ScriptError } from '#dsl/program.ts'
import { render } from '#dsl/render.ts'
import type { Source } from '#dsl/source.ts'
import type { Value } from '#dsl/value.ts'
import { disk, messageOf, moduleFinder, stemOf } from '../binding/files.ts'
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
    return { name: path, text: disk.read(path) }
  } catch (error) {
    throw new CommandFailure(exit.no, `Cannot read "${path}": ${messageOf(error)}`)
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
      : { findings, program: (values) => evalQuery(result, values, { ...options, catalogue, strict: true }) }
  }
  const { result, findings } = compileScript(source, world)
  return result === undefined
    ? { findings }
    : { findings, program: (values) => evalScript(result, values, options) }
}

/**
 * The values of JSON lines, or of one document over many lines, as they are asked for. Throws `CommandFailure` at the first
 * line that is no JSON.
 */
export function* readValues(pieces: Iterable<string>, name: string): Generator<Value, void, void> {
  let number = 0
  let isLines = false
  const lines = linesOf(pieces)
  for (const line of lines) {
    number += 1
    if (line.trim() === '') continue
    let value: Value
    try {
      value = decodeJson(line)
    } catch (error) {
      if (!(error instanceof JsonError)) throw error
      const whole = isLines ? undefined : documentOf([line, ...lines].join('\n'))
      if (whole === undefined)
        throw new CommandFailure(exit.no, `${name} holds no JSON lines: in line ${number}, ${error.message}`)
      yield whole
      return
    }
    isLines = true
    yield value
  }
}

/** A piece of a text at a time, from a file or from standard input. */
export function* readPieces(file: string | 0): Generator<string, void, void> {
  const descriptor = file === 0 ? 0 : openSync(file, 'r')
  const decoder = new StringDecoder('utf8')
  const buffer = Buffer.allocUnsafe(PIECE)
  try {
    for (let length = readSync(descriptor, buffer); length > 0; length = readSync(descriptor, buffer)) {
      yield decoder.write(buffer.subarray(0, length))
    }
    yield decoder.end()
  } finally {
    if (file !== 0) closeSync(descriptor)
  }
}

/** Bytes read at once: enough that reading costs nothing, and little enough to stay in the processor's cache. */
const PIECE = 256 * 1024

function* linesOf(pieces: Iterable<string>): Generator<string, void, void> {
  let rest = ''
  for (const piece of pieces) {
    let start = 0
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', start)) {
      yield rest + piece.slice(start, end)
      rest = ''
      start = end + 1
    }
    rest += piece.slice(start)
  }
  if (rest !== '') yield rest
}

/** What a program throws at a value, as a person reads it, its place first; undefined if it is our bug. */
export function describeFailure(error: unknown, colour: boolean): string | undefined {
  return error instanceof ScriptError
    ? render(diagnosticOf(error), { color: colour, placeFirst: true })
    : undefined
}

function documentOf(text: string): Value | undefined {
  try {
    return decodeJson(text)
  } catch {
    return undefined
  }
}

function liveHost(clock: Clock): HostFacts {
  return { hostname: hostname(), version, nanotime: () => clock.wallNs() }
}
