import { accessSync, constants, statSync } from 'node:fs'
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { encodeJson } from '#dsl/json.ts'
import type { Value } from '#dsl/value.ts'
import { messageOf } from '../../binding/files.ts'
import { defineCommand, toggle, value } from '../command.ts'
import { CommandFailure, exit, UsageError } from '../exit.ts'
import type { Terminal } from '../terminal.ts'

export default defineCommand({
  summary: 'Run an expression, a script or a query over JSON lines',
  details:
    'Prints what comes out, a line of JSON each. It is the same on every run: event n is ingested at n nanoseconds, on a ' +
    'machine called localhost. With --live, time and host are the real ones. Without input, an expression runs once, over null.',
  args: [{ name: '[EXPR]', doc: 'A script, unless --file names one' }],
  flags: {
    file: value('FILE', 'A .tremor or .trickle file', { short: 'f' }),
    input: value('FILE', 'JSON lines, or one JSON document; - for stdin, as without it', { short: 'i' }),
    'null-input': toggle('Read nothing, run once over null', { short: 'n' }),
    json: toggle('Print port, event and metadata of each event'),
    live: toggle('With the real time and host'),
  },
  examples: [
    [`temblor eval -n '1 + 1'`, 'Two'],
    [`echo '{"a": 1}' | temblor eval 'event.a + 1'`, 'Two again'],
    [
      'temblor eval -f pipelines/request_handling.trickle -i requests.json --json',
      'What leaves a pipeline, and by which port',
    ],
  ],
  async run({ args: [expression], flags }, terminal) {
    if ((expression === undefined) === (flags.file === undefined)) {
      throw new UsageError('Either an expression is wanted, or a file by --file')
    }
    const { describeFailure, prepare, readSource } = await import('../program.ts')
    const { prettyFindings } = await import('../findings.ts')
    const { wheelClock } = await import('../../clock-wheel.ts')
    const source =
      flags.file === undefined ? { name: '<expression>', text: expression! } : readSource(flags.file)
    const { program, findings } = await prepare(
      source,
      terminal.environment,
      flags.live ? wheelClock() : undefined,
    )
    if (findings.length > 0)
      terminal.err(prettyFindings(errorsFirst(findings), terminal.stderr, { placeFirst: true }))
    if (program === undefined) return exit.no
    let out = ''
    try {
      for (const { port, value, meta } of program(await inputOf(flags, terminal))) {
        const text = encodeJson(value)
        out += flags.json
          ? `{"port":${JSON.stringify(port)},"event":${text},"meta":${encodeJson(meta)}}\n`
          : `${text}\n`
        if (out.length < WRITTEN_AT_ONCE && !flags.live) continue
        terminal.out(out)
        out = ''
      }
      return exit.done
    } catch (error) {
      const failure = describeFailure(error, terminal.stderr.colour)
      if (failure === undefined) throw error
      terminal.err(failure)
      return exit.no
    } finally {
      terminal.out(out)
    }
  },
})

function errorsFirst(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  const isError = ({ severity }: Diagnostic): boolean => severity === 'error'
  return [...findings.filter(isError), ...findings.filter((finding) => !isError(finding))]
}

/** Characters. A write costs as much as evaluating some lines does. */
const WRITTEN_AT_ONCE = 64 * 1024

async function inputOf(
  flags: { input: string | undefined; file: string | undefined; 'null-input': boolean },
  terminal: Terminal,
): Promise<Iterable<Value>> {
  const { readPieces, readValues } = await import('../program.ts')
  const { input, file } = flags
  if (flags['null-input']) return [null]
  if (input !== undefined && input !== '-') return readValues(readPieces(checked(input)), `"${input}"`)
  const values = readValues([await terminal.readInput()], 'Standard input')
  return input === undefined && file === undefined ? orNull(values) : values
}

/** An expression without input runs once. */
function* orNull(values: Iterable<Value>): Generator<Value, void, void> {
  let count = 0
  for (const value of values) {
    count += 1
    yield value
  }
  if (count === 0) yield null
}

function checked(path: string): string {
  try {
    accessSync(path, constants.R_OK)
    if (statSync(path).isDirectory()) throw new Error('it is a directory')
    return path
  } catch (error) {
    throw new CommandFailure(exit.no, `Cannot read "${path}": ${messageOf(error)}`)
  }
}
