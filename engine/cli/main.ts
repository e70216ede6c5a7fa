/** The command line: finds the command, reads its flags, turns what it returns or throws into an exit code. */
import { Command, CommanderError, Option } from 'commander'
import { version } from '../home.ts'
import type { CommandSpec, Flags, Given } from './command.ts'
import { commandNames, loadCommand } from './commands.ts'
import { CommandFailure, exit, UsageError } from './exit.ts'
import { commandHelp, flagForm, overviewHelp } from './help.ts'
import { processTerminal, type Terminal } from './terminal.ts'

/** What `bin/temblor.js` calls. */
export async function start(): Promise<void> {
  const terminal = processTerminal()
  process.on('uncaughtException', (error) => {
    process.exit(reportBug(error, terminal))
  })
  const code = await main(process.argv.slice(2), terminal)
  // A command is over when it says so, whatever a second signal left open behind it.
  await Promise.all([written(process.stdout), written(process.stderr)])
  process.exit(code)
}

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()))
}

/** Runs one command line, without the `temblor`; resolves to the exit code and never rejects. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(argv, terminal)
  } catch (error) {
    return report(error, argv[0], terminal)
  }
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [first, second] = argv
  if (
    first === undefined ||
    first === '--help' ||
    first === '-h' ||
    (first === 'help' && second === undefined)
  ) {
    return showOverview(terminal)
  }
  if (first === '--version' || first === '-V') return dispatch(['version'], terminal)
  if (first === 'help') return dispatch([second!, '--help'], terminal)
  const spec = await loadCommand(first)
  if (spec !== undefined && asksForHelp(argv)) {
    terminal.out(commandHelp(first, spec))
    return exit.done
  }
  const { program, chosen } = build(spec && { name: first, spec })
  program.parse([...argv], { from: 'user' })
  // Without a spec the line above has thrown: no stub takes an unknown name.
  if (spec === undefined || chosen === undefined) throw new UsageError(`Unknown command "${first}"`)
  return spec.run({ args: chosen.args, flags: given(spec.flags, chosen.opts()) }, terminal)
}

/** Whatever else is on the line, wrong or missing. */
function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end < 0 ? undefined : end).some((word) => word === '--help' || word === '-h')
}

async function showOverview(terminal: Terminal): Promise<number> {
  const commands = await Promise.all(
    commandNames().map(async (name) => ({ name, summary: (await loadCommand(name))!.summary })),
  )
  terminal.out(overviewHelp(commands))
  return exit.done
}

/** A commander program in which the other commands are mere names: enough to say which was meant. */
function build(wanted: { name: string; spec: CommandSpec } | undefined): {
  program: Command
  chosen?: Command
} {
  const program = quiet(new Command('temblor'))
  let chosen: Command | undefined
  for (const name of commandNames()) {
    const command = quiet(program.command(name))
    if (name === wanted?.name) chosen = describe(command, wanted.spec)
  }
  return chosen ? { program, chosen } : { program }
}

/** Commander must neither print nor exit: what it has to say is thrown. */
function quiet(command: Command): Command {
  return command
    .helpOption(false)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => {}, outputError: () => {} })
}

function describe(command: Command, spec: CommandSpec): Command {
  command.action(() => {}).option('-h, --help')
  for (const { name } of spec.args ?? []) command.argument(name.startsWith('[') ? name : `<${name}>`)
  for (const [name, flag] of Object.entries(spec.flags)) {
    const { placeholder, ...bare } = flag
    const option = new Option(placeholder ? `${flagForm(name, bare)} <${placeholder}>` : flagForm(name, bare))
    // Every flag is found under its own name: commander would file `--no-admin` under `admin`, as false.
    option.attributeName = () => name
    option.negate = false
    if (flag.kind === 'values') option.argParser((value, before: string[] = []) => [...before, value])
    if (flag.choices) option.choices([...flag.choices])
    command.addOption(option)
  }
  return command
}

function given(flags: Flags, opts: Readonly<Record<string, unknown>>): Given<Flags> {
  return Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => {
      const found = opts[name]
      if (flag.kind === 'toggle') return [name, found === true]
      if (flag.kind === 'values') return [name, found ?? []]
      return [name, found ?? flag.default]
    }),
  ) as Given<Flags>
}

function report(error: unknown, command: string | undefined, terminal: Terminal): number {
  if (error instanceof CommandFailure) {
    terminal.err(`temblor: ${error.message}\n`)
    return error.code
  }
  if (error instanceof CommanderError || error instanceof UsageError) {
    const known = command !== undefined && commandNames().includes(command)
    terminal.err(
      `temblor: ${inHouseStyle(error.message)}\nSee: temblor ${known ? `${command} ` : ''}--help\n`,
    )
    return exit.usage
  }
  return reportBug(error, terminal)
}

/** Commander says `error: unknown option '--wath'` and, on a line of its own, what was meant. */
function inHouseStyle(message: string): string {
  const text = message
    .replace(/^error: /, '')
    .replaceAll("'", '"')
    .replace(/\n\(Did you mean (.*)\?\)/s, ', did you mean "$1"?')
    .replace(/\. Expected/, ': expected')
    .replace(/\.$/, '')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function reportBug(error: unknown, terminal: Terminal): number {
  terminal.err(`${error instanceof Error ? error.stack : String(error)}\n`)
  terminal.err(`temblor: This is a bug in Temblor ${version}; please report it with the lines above\n`)
  return exit.bug
}
