import { readFileSync } from 'node:fs'
import { encodeJson } from '#dsl/json.ts'
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
    if (findings.length > 0) terminal.err(prettyFindings(findings, terminal.stderr))
    if (program === undefined) return exit.no
    try {
      for (const { port, value, meta } of program(await inputOf(flags, terminal))) {
        const text = encodeJson(value)
        terminal.out(
          flags.json
            ? `{"port":${JSON.stringify(port)},"event":${text},"meta":${encodeJson(meta)}}\n`
            : `${text}\n`,
        )
      }
      return exit.done
    } catch (error) {
      const failure = describeFailure(error, terminal.stderr.colour)
      if (failure === undefined) throw error
      terminal.err(failure)
      return exit.no
    }
  },
})

async function inputOf(
  flags: { input: string | undefined; file: string | undefined; 'null-input': boolean },
  terminal: Terminal,
) {
  const { readValues } = await import('../program.ts')
  if (flags['null-input']) return [null]
  const fromStdin = flags.input === undefined || flags.input === '-'
  const values = fromStdin
    ? readValues(await terminal.readInput(), 'Standard input')
    : readValues(readFile(flags.input!), `"${flags.input}"`)
  return values.length === 0 && flags.input === undefined && flags.file === undefined ? [null] : values
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CommandFailure(exit.no, `Cannot read "${path}": ${(error as Error).message}`)
  }
}
