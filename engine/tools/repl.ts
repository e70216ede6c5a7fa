/** `temblor repl`, line by line: what to print for each, and whether more is wanted first. Knows no terminal. */
import { decodeJson, encodeJson, encodePretty, JsonError } from '#dsl/json.ts'
import { nearest } from '#dsl/nearest.ts'
import { render } from '#dsl/render.ts'
import { complete } from '#dsl/service/complete.ts'
import { createSession, isIncomplete, type Session, typeOf } from '#dsl/service/session.ts'
import type { Value } from '#dsl/value.ts'
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
  return { line, end, complete: completeLine }

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
    const known = [
      ...session.declarations.map((each) => `${each};`),
      ...[...session.locals.keys()].map((name) => `let ${name} = 0;`),
    ]
    const whole = [...known, ...begun, text].join('\n')
    const { span, items } = complete({ name: '<repl>', text: whole }, whole.length, world)
    return [items.map(({ label }) => label), whole.slice(span.start)]
  }

  function fresh(): Session {
    return createSession(world, evalFrame())
  }
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('')
}
