/**
 * The log: pino's levels and signature, JSON lines for machines, one readable line for a person at a terminal.
 *
 * A line never holds a secret (values under the names below, passwords in URLs), and never more than one line: what
 * came from outside is escaped. A reader of stderr that stalls or goes away costs lines, not the process.
 */
import { pino } from 'pino'
import { HIDDEN, hideInText, isSecretName } from '#dsl/secrets.ts'
import type { Clock } from './clock.ts'
import { gatheringWriter, immediateWriter, type LogWriter } from './log-writer.ts'

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

export const levels: readonly Level[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

/** Fields worth using: `node` (address), `event_id`, `request_id`, `err` (an Error), `report` (lines for people). */
export interface Log extends Readonly<Record<Level, Write>> {
  /** The same log, with these fields on every line. */
  child(fields: Readonly<Record<string, unknown>>): Log
}

export interface Write {
  (fields: Readonly<Record<string, unknown>>, text: string): void
  (text: string): void
}

export interface LogOptions {
  readonly level: Level | 'silent'
  readonly format: 'json' | 'pretty'
  readonly colour?: boolean
  /** Other processes write to the same stderr: what is written at once is so little that a pipe does not tear it. */
  readonly isShared?: boolean
  /** To collapse what repeats. */
  readonly clock: Clock
  /** Where lines go; stderr if absent. */
  readonly write?: (line: string) => void
}

/** The same warning of the same node is written once in this time, then with the number that was left out. */
const repeatMs = 10_000

export function createLog(options: LogOptions): Log {
  const writer = writerOf(options, (lines) =>
    logger.warn({ lines }, 'The log was not read for a while: lines were dropped'),
  )
  const write =
    options.format === 'pretty'
      ? (json: string) => writer.write(prettyLine(json, options.colour ?? false))
      : (json: string) => writer.write(json)
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: timestamps(options.clock),
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => hideSecrets(fields) as Record<string, unknown>,
      },
      serializers: { err: describeError },
      hooks: { logMethod: collapser(options.clock, writer) },
    },
    { write },
  )
  // Pino formats the fields of a line, but not those of a child, which are written out once and for all.
  const { child } = logger
  logger.child = function (this: pino.Logger, fields: object) {
    return child.call(this, hideSecrets(fields) as pino.Bindings)
  } as typeof child
  return logger
}

/** For tests, and where nobody wants one. */
export const silentLog: Log = {
  trace() {},
  debug() {},
  info() {},
  warn() {},
  error() {},
  fatal() {},
  child: () => silentLog,
}

/** Replaces what stands under the name of a secret, at any depth; gives back the same object if there is none. */
export function hideSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return hideInText(value)
  if (typeof value !== 'object' || value === null || depth > 8) return value
  if (value instanceof Error) return value
  return Array.isArray(value) ? hideInList(value, depth + 1) : hideInFields(value, depth + 1)
}

function hideInList(items: readonly unknown[], depth: number): readonly unknown[] {
  let hidden: unknown[] | undefined
  for (let at = 0; at < items.length; at++) {
    const shown = hideSecrets(items[at], depth)
    if (shown !== items[at]) (hidden ??= items.slice())[at] = shown
  }
  return hidden ?? items
}

function hideInFields(fields: object, depth: number): object {
  const prototype = Object.getPrototypeOf(fields)
  const isPlain = prototype === Object.prototype || prototype === null
  // What else has fields may turn itself into a text that nobody looked at: only its fields are shown.
  let hidden: Record<string, unknown> | undefined = isPlain ? undefined : { ...fields }
  const held = fields as Readonly<Record<string, unknown>>
  for (const name of Object.keys(held)) {
    const shown = isSecretName(name) ? HIDDEN : hideSecrets(held[name], depth)
    if (shown !== held[name]) (hidden ??= { ...held })[name] = shown
  }
  return hidden ?? held
}

function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return hideSecrets(error)
  const { code } = error as { code?: unknown }
  return {
    type: error.constructor.name,
    ...(code === undefined ? {} : { code }),
    message: hideInText(error.message),
    ...(error.stack ? { stack: hideInText(error.stack) } : {}),
  }
}

function writerOf({ write, format, isShared }: LogOptions, onDropped: (lines: number) => void): LogWriter {
  if (write !== undefined) return { write, leave() {} }
  if (format === 'pretty') return immediateWriter()
  return gatheringWriter({ isShared: isShared ?? false, onDropped })
}

/** The clock stands still for a turn, and lines of one turn have one time. */
function timestamps(clock: Clock): () => string {
  let ms = -1n
  let text = ''
  return () => {
    const now = clock.wallNs() / 1_000_000n
    if (now !== ms) {
      ms = now
      text = `,"time":"${new Date(Number(now)).toISOString()}"`
    }
    return text
  }
}

/**
 * Holds back a warning or error that repeats within `repeatMs`; the next one written says how many were. Those that are written leave at once:
 * they may tell of what ends the process.
 */
function collapser(clock: Clock, writer: LogWriter) {
  const warnLevel = 40
  const seen = new Map<string, { until: number; suppressed: number }>()
  return function (this: pino.Logger, args: unknown[], method: pino.LogFn, level: number): void {
    const [fields, text] = typeof args[0] === 'object' && args[0] !== null ? args : [{}, args[0]]
    const hidden = typeof text === 'string' ? hideInText(text) : text
    // A report is for a person who waits for it: the second mistake in a file is not the first.
    if (level < warnLevel || (fields as { report?: unknown }).report !== undefined) {
      Reflect.apply(method, this, [fields, hidden])
      return
    }
    const key = `${level} ${(fields as { node?: unknown }).node ?? ''} ${hidden}`
    const now = clock.now()
    const last = seen.get(key)
    if (last !== undefined && now < last.until) {
      last.suppressed++
      return
    }
    // A log whose texts are all different must not be remembered for ever.
    if (seen.size >= 1000) seen.clear()
    seen.set(key, { until: now + repeatMs, suppressed: 0 })
    const more =
      last !== undefined && last.suppressed > 0
        ? { ...(fields as object), suppressed: last.suppressed }
        : fields
    Reflect.apply(method, this, [more, hidden])
    writer.leave()
  }
}

const colours: Readonly<Record<string, string>> = { warn: '\x1b[33m', error: '\x1b[31m', fatal: '\x1b[31m' }

/** `14:02:31.120 warn  Circuit opened  node=/offramp/upstream02/01`, and below it the stack of an error, or a report. */
function prettyLine(json: string, colour: boolean): string {
  const { level, time, msg, err, report, ...fields } = JSON.parse(json)
  const rest = Object.entries(fields).map(([name, held]) => `  ${name}=${fieldText(held)}`)
  const head = `${time.slice(11, 23)} ${level.padEnd(5)} ${printable(String(msg ?? ''))}`
  const below = report ?? err?.stack ?? err?.message
  const trouble = below === undefined ? '' : `\n${printable(String(below).trimEnd(), true)}`
  const on = colour ? (colours[level] ?? '') : ''
  return `${on}${head}${on && '\x1b[0m'}${rest.join('')}${trouble}\n`
}

function fieldText(held: unknown): string {
  const text = typeof held === 'string' ? held : JSON.stringify(held)
  return /[\s"]/.test(text) && typeof held === 'string' ? JSON.stringify(printable(text)) : printable(text)
}

/** Control characters could move the cursor, or make one line look like two. */
function printable(text: string, manyLines = false): string {
  const pattern = manyLines ? /[\x00-\x09\x0b-\x1f\x7f-\x9f]/g : /[\x00-\x1f\x7f-\x9f]/g
  return text.replace(pattern, (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
