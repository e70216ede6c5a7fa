/** What a command sees of the process it runs in. Handed in, so that a test can be the terminal. */
import { text } from 'node:stream/consumers'
import { stripVTControlCharacters } from 'node:util'
import { readLines } from './lines.ts'

export interface Terminal {
  /** Results, to stdout, as given: no newline is added. */
  out(text: string): void
  /** Everything else, to stderr. */
  err(text: string): void
  /** All of stdin. Says so first if a person would have to type it. */
  readInput(): Promise<string>
  /** Stdin line by line. A person gets prompts, editing, completion, and what was entered in earlier sessions. */
  readLines(options?: LineOptions): LineReader
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly directory: string
  /** Whether stdout and stderr are shown to a person, in colour if they like. */
  readonly stdout: Stream
  readonly stderr: Stream
  /** Calls `heard` for every one of these signals until the returned function is called. */
  onSignals(names: readonly NodeJS.Signals[], heard: (name: NodeJS.Signals) => void): () => void
  /** Hands what nobody caught to `heard` instead of ending the process, until the returned function is called. */
  onUncaught?(heard: (error: unknown) => void): () => void
}

export interface LineOptions {
  /** The words that could stand at the end of a line, and the part of one that does. */
  complete?(line: string): readonly [words: string[], part: string]
  /** Whether earlier lines wait for the next one: Ctrl-C gives them up, too. */
  isBegun?(): boolean
}

export interface LineReader {
  /** Whether a person types the lines. */
  readonly isTerminal: boolean
  /** The next line; undefined at the end, null where a person gave up what was begun (Ctrl-C). */
  next(prompt: string): Promise<string | null | undefined>
  close(): void
}

export interface Stream {
  readonly isTerminal: boolean
  readonly colour: boolean
  readonly columns: number
}

export function processTerminal(): Terminal {
  surviveBrokenPipes()
  const { env, stdout, stderr, stdin } = process
  return {
    environment: env,
    directory: process.cwd(),
    stdout: describe(stdout, env),
    stderr: describe(stderr, env),
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    readInput() {
      if (stdin.isTTY) stderr.write('Reading from the terminal, Ctrl-D ends\n')
      return text(stdin)
    },
    readLines: (options) => readLines(stdin, stdout, { ...options, env }),
    onUncaught(heard) {
      const before = process.listeners('uncaughtException')
      process.removeAllListeners('uncaughtException')
      process.on('uncaughtException', heard)
      return () => {
        process.off('uncaughtException', heard)
        for (const each of before) process.on('uncaughtException', each)
      }
    },
    onSignals(names, heard) {
      for (const name of names) process.on(name, heard)
      const forget = names.includes('SIGTERM') ? whenOrphaned(env, () => heard('SIGTERM')) : () => {}
      return () => {
        for (const name of names) process.off(name, heard)
        forget()
      }
    },
  }
}

/** Colour where a person looks, unless NO_COLOR is set (no-color.org) or the terminal is dumb; FORCE_COLOR overrules both. */
export function wantsColour(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0'
  return isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}

/** For results whose text was coloured by a library that does not ask. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
}

function describe(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Stream {
  const isTerminal = stream.isTTY === true
  return { isTerminal, colour: wantsColour(env, isTerminal), columns: stream.columns ?? 80 }
}

/**
 * `npm start` runs its command by a shell, and passes a signal on to the shell, which dies of it and tells nobody. The
 * process that is left would hold its ports for ever, so losing the parent counts as the signal that it did not get.
 */
function whenOrphaned(env: NodeJS.ProcessEnv, orphaned: () => void): () => void {
  if (env['npm_lifecycle_event'] === undefined) return () => {}
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    orphaned()
  }, 500)
  timer.unref()
  return () => clearInterval(timer)
}

/** A reader that goes away (`temblor list | head -1`) is no failure; without a listener it would end the process. */
function surviveBrokenPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }
}
