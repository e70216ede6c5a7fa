/** `temblor repl`, line by line: what to print for each, and whether more is wanted first. Knows no terminal. */
import { decodeJson, encodeJson, encodePretty, JsonError } from '#dsl/json.ts'
import { nearest } from '#dsl/nearest.ts'
import { render } from '#dsl/render.ts'
import { complete } from '#dsl/service/complete.ts'
import { createSession, isIncomplete, type Session, typeOf } from '#dsl/service/session.ts'
import { fieldOf, isRecord, type Value } from '#dsl/value.ts'
import type { World } from '#dsl/world.ts'
import { evalFrame } from '../eval.ts'
import { readText, Unreadable } from './files.ts'

export interface Reply {
  readonly out: string
  readonly err: string
  /** The text goes on in the next line. */
  readonly more: boolean
  readonly failed: boolean
  readonly quit: boolean
}

export interface Repl {
  line(text: string): Reply
  /** No line follows: what was begun is read as it is. */
  end(): Reply
  /** What was begun is forgotten. */
  giveUp(): void
  /** Words that could stand at the end of this line, and the part of one that does. */
  complete(line: string): readonly [words: string[], part: string]
}

interface Command {
  readonly args: string
  readonly doc: string
  run(rest: string): Partial<Reply>
}

const nothing: Reply = { out: '', err: '', more: false, failed: false, quit: false }

export function createRepl(
  world: World,
  options: { readonly colour: boolean; readonly columns: number },
): Repl {
  let session = fresh()
  let begun: string[] = []
  let count = 0
  const entered: string[] = []
  const commands: Readonly<Record<string, Command>> = {
    help: { args: '', doc: 'This list', run: () => ({ out: help() }) },
    event: { args: '[JSON]', doc: 'Show the event, or set it', run: (rest) => root('event', rest) },
    meta: { args: '[JSON]', doc: 'Show its metadata, $, or set it', run: (rest) => root('meta', rest) },
    state: { args: '[JSON]', doc: 'Show the state, or set it', run: (rest) => root('state', rest) },
    type: {
      args: 'EXPR',
      doc: 'Say what type a value is of',
      run: (rest) => evaluate(rest, (value) => typeOf(value)),
    },
    load: { args: 'FILE', doc: 'Run a script, and keep what it declares and assigns', run: load },
    locals: { args: '', doc: 'Show what was assigned', run: () => ({ out: locals() }) },
    history: { args: '', doc: 'Show what was entered', run: () => ({ out: lines(entered) }) },
    reset: { args: '', doc: 'Forget everything', run: reset },
    quit: { args: '', doc: 'End, as Ctrl-D does', run: () => ({ quit: true }) },
  }
  return { line, end, giveUp: () => void (begun = []), complete: completeLine }

  function line(text: string): Reply {
    const command = begun.length === 0 ? /^\s*:(\w*)\s*(.*)$/.exec(text) : null
    if (command !== null) return { ...nothing, ...runCommand(command[1]!, command[2]!.trim()) }
    if (begun.length === 0 && text.trim() === '') return nothing
    begun.push(text)
    // An empty line ends what cannot be ended otherwise.
    if (text.trim() !== '' && isIncomplete({ name: '<repl>', text: begun.join('\n') }))
      return { ...nothing, more: true }
    return end()
  }

  function end(): Reply {
    const text = begun.join('\n').trim()
    begun = []
    if (text === '') return nothing
    entered.push(text)
    return { ...nothing, ...evaluate(text, show) }
  }

  function evaluate(text: string, print: (value: Value) => string, name?: string): Partial<Reply> {
    count += 1
    const { findings, value, port, dropped } = session.run({ name: name ?? `<${count}>`, text })
    const err = findings.map((each) => `${render(each, { color: options.colour }).trimEnd()}\n`).join('\n')
    const failed = findings.some(({ severity }) => severity === 'error')
    if (dropped) return { out: 'dropped\n', err }
    if (value === undefined) return { err, failed }
    return { out: `${port === undefined ? '' : `${port}: `}${print(value)}\n`, err, failed }
  }

  function show(value: Value): string {
    const text = encodeJson(value)
    return text.length > options.columns ? encodePretty(value) : text
  }

  // ---- commands ------------------------------------------------------------------------------------------------

  function runCommand(name: string, rest: string): Partial<Reply> {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (command !== undefined) return command.run(rest)
    const near = nearest(name, Object.keys(commands))
    const hint = near === undefined ? 'see :help' : `did you mean ":${near}"?`
    return { err: `Unknown command ":${name}", ${hint}\n`, failed: true }
  }

  function root(name: 'event' | 'meta' | 'state', rest: string): Partial<Reply> {
    try {
      if (rest !== '') session.frame[name] = decodeJson(rest)
      return { out: `${show(session.frame[name])}\n` }
    } catch (error) {
      if (!(error instanceof JsonError)) throw error
      return { err: `Not JSON: ${error.message}\n`, failed: true }
    }
  }

  function load(path: string): Partial<Reply> {
    try {
      return evaluate(readText(path), show, path)
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      return { err: `${error.message}\n`, failed: true }
    }
  }

  function locals(): string {
    const assigned = [...session.locals].map(([name, value]) => `let ${name} = ${show(value)}`)
    return lines([...session.declarations, ...assigned])
  }

  function reset(): Partial<Reply> {
    session = fresh()
    return {}
  }

  function help(): string {
    const list = Object.entries(commands).map(
      ([name, { args, doc }]) => `${`:${name} ${args}`.padEnd(16)} ${doc}`,
    )
    return lines([
      'Expressions, "let", "use", "const" and "fn" are remembered. What is not ended goes on in the next line.',
      ...list,
    ])
  }

  function completeLine(text: string): readonly [string[], string] {
    const command = /^\s*:(\w*)$/.exec(text)
    if (command !== null) {
      const words = Object.keys(commands).filter((name) => name.startsWith(command[1]!))
      return [words, command[1]!]
    }
    const path =
      /(?:(?<![\p{XID_Continue}.])(?<root>[\p{XID_Start}][\p{XID_Continue}]*)\.|(?<meta>\$))(?<keys>(?:[\p{XID_Start}][\p{XID_Continue}-]*\.)*)(?<part>[\p{XID_Continue}-]*)$/u.exec(
        text,
      )
    if (path !== null && begun.length === 0) return fieldsOf(path.groups!)
    const known = [
      ...session.declarations.map((each) => `${each};`),
      ...[...session.locals.keys()].map((name) => `let ${name} = 0;`),
    ]
    const whole = [...known, ...begun, text].join('\n')
    const { span, items } = complete({ name: '<repl>', text: whole }, whole.length, world)
    return [items.map(({ label }) => label), whole.slice(span.start)]
  }

  /** The fields of a value that is there: of a local, the event, its metadata or the state. */
  function fieldsOf({ root, keys, part }: Record<string, string | undefined>): readonly [string[], string] {
    const { frame, locals } = session
    const roots =
      root === undefined
        ? frame.meta
        : root === 'event'
          ? frame.event
          : root === 'state'
            ? frame.state
            : locals.get(root)
    let value: Value | undefined = roots
    for (const key of keys!.split('.').slice(0, -1))
      value = value !== undefined && isRecord(value) ? fieldOf(value, key) : undefined
    const names = value !== undefined && isRecord(value) ? Object.keys(value) : []
    const plain = names.filter((name) => /^[\p{XID_Start}][\p{XID_Continue}-]*$/u.test(name))
    return [plain.filter((name) => name.startsWith(part!)), part!]
  }

  function fresh(): Session {
    return createSession(world, evalFrame())
  }
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('')
}
