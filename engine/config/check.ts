import { type Diagnostic, defineDiagnostic, type TextEdit } from '#dsl/diagnostic.ts'
import { nearest } from '#dsl/nearest.ts'
import type { Span } from '#dsl/source.ts'
import { Float } from '#dsl/value.ts'
import { type ConfigOf, type Field, type Fields, type Place, readField } from '../config.ts'

export const unknownKey = defineDiagnostic({
  code: 'E0601',
  title: 'unknown key',
  explain:
    'A configuration has a key that nothing reads. It is an error because a misspelt key would otherwise change nothing, silently. Keys that begin with "x-" are free for notes and YAML anchors.',
  wrong: 'onramp:\n  - id: http_in\n    type: rest\n    config:\n      prot: 8080',
  right: 'onramp:\n  - id: http_in\n    type: rest\n    config:\n      port: 8080',
})
export const wrongType = defineDiagnostic({
  code: 'E0602',
  title: 'value of the wrong type',
  explain:
    'A field was given a value of another type than it takes: a text for a number, a list for a record, a word that is not one of its choices. The reference page of the component lists its fields and their types.',
  wrong: 'onramp:\n  - id: http_in\n    type: rest\n    config:\n      port: http',
  right: 'onramp:\n  - id: http_in\n    type: rest\n    config:\n      port: 8080',
})
export const missingField = defineDiagnostic({
  code: 'E0603',
  title: 'required field is missing',
  explain:
    'A component cannot do its work without this field, and there is no value that would be right for everybody.',
  wrong: 'onramp:\n  - type: rest',
  right: 'onramp:\n  - id: http_in\n    type: rest',
})
export const wrongValue = defineDiagnostic({
  code: 'E0604',
  title: 'value not allowed',
  explain: 'The value has the right type, but is outside the range or the form the field takes.',
  wrong: 'onramp:\n  - id: http_in\n    type: rest\n    config:\n      port: 65536',
  right: 'onramp:\n  - id: http_in\n    type: rest\n    config:\n      port: 65535',
})
export const deprecatedField = defineDiagnostic({
  code: 'W0605',
  title: 'field is out of use',
  explain: 'The field still works, but another one has taken its place, or it has no effect any more.',
})

/** Keys and indices from the checked value down to a place in it. */
export type Path = readonly (string | number)[]

/** The place of a key or a value in the source; `[]` is the checked value as a whole. */
export type Where = (path: Path, part: 'key' | 'value') => Span

export interface Checked<F extends Fields> {
  /** Absent if there are errors. */
  readonly config?: ConfigOf<F>
  /** What could be read in spite of errors. */
  readonly partial: Partial<ConfigOf<F>>
  readonly findings: readonly Diagnostic[]
}

export interface CheckOptions {
  /** What is being configured, for messages: `onramp "http_in"`, `operator "rr" (qos::roundrobin)`. */
  readonly of?: string
  /** Where a key that is unknown here would be right: `Move it under "config:"`. */
  readonly elsewhere?: (key: string) => string | undefined
  /** The value at this path came out of `${…}`, so numbers and booleans are read from its text. */
  readonly textual?: (path: Path) => boolean
}

/** Checks `value` against `fields`: all findings at once, and the config if there are no errors. Never throws. */
export function checkConfig<F extends Fields>(
  fields: F,
  value: unknown,
  where: Where,
  options: CheckOptions = {},
): Checked<F> {
  const findings: Diagnostic[] = []
  const root = placeAt([], { where, options, findings })
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isRecord && value !== undefined && value !== null) {
    root.mismatch('a record', value)
    return { partial: {}, findings }
  }
  const config = root.record(fields, isRecord ? value : {}) as ConfigOf<F>
  return findings.some((each) => each.severity === 'error')
    ? { partial: config, findings }
    : { config, partial: config, findings }
}

/** Checks one value by one field. */
export function checkValue<T>(
  field: Field<T>,
  value: unknown,
  where: Where,
  options: CheckOptions = {},
): { readonly value?: T; readonly findings: readonly Diagnostic[] } {
  const findings: Diagnostic[] = []
  const read = readField(field, value, placeAt([], { where, options, findings }))
  return read === undefined ? { findings } : { value: read, findings }
}

interface Run {
  readonly where: Where
  readonly options: CheckOptions
  readonly findings: Diagnostic[]
}

function placeAt(path: Path, run: Run): Place {
  const name = nameOf(path, run)
  return {
    name,
    textual: run.options.textual?.(path) ?? false,
    inside: (key) => placeAt([...path, key], run),
    wrong: (message, help) =>
      report(run, wrongValue.code, path, `${name} ${message}`, help === undefined ? {} : { help }),
    mismatch: (phrase, value) => mismatch(path, phrase, value, run),
    record: (fields, value) => readRecord(fields, value as Readonly<Record<string, unknown>>, path, run),
  }
}

/** Every field by name, defaults filled in. Unknown keys and missing fields are reported. */
function readRecord(
  fields: Fields,
  value: Readonly<Record<string, unknown>>,
  path: Path,
  run: Run,
): Readonly<Record<string, unknown>> {
  const meant = new Set<string | undefined>()
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(fields, key) && !key.startsWith('x-')) meant.add(unknown(fields, key, path, run))
  }
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const written = Object.hasOwn(value, name) ? value[name] : undefined
      return [
        name,
        written === undefined || written === null
          ? absent(field, name, path, meant.has(name) ? undefined : run)
          : present(field, written, [...path, name], run),
      ]
    }),
  )
}

function present(field: Field<unknown>, value: unknown, path: Path, run: Run): unknown {
  if (field.deprecated !== undefined) {
    const labels = [{ span: run.where(path, 'key') }] as const
    const message = `${nameOf(path, run)} is out of use`
    run.findings.push({
      code: deprecatedField.code,
      severity: 'warning',
      origin: 'temblor',
      message,
      labels,
      help: field.deprecated,
    })
  }
  return readField(field, value, placeAt(path, run))
}

function absent(field: Field<unknown>, name: string, path: Path, run: Run | undefined): unknown {
  // A key that was misspelt was reported as that; it is not missing, too.
  if (field.presence === 'optional' || run === undefined) return undefined
  if (field.presence === 'default') return readField(field, field.default, placeAt([...path, name], run))
  const subject = run.options.of === undefined ? '' : ` of ${run.options.of}`
  const span = run.where(path, path.length === 0 ? 'key' : 'value')
  run.findings.push({
    code: missingField.code,
    severity: 'error',
    origin: 'temblor',
    message: `The field ${quote([...path, name].join('.'))}${subject} is missing`,
    labels: [{ span, message: `${quote(name)} is required here` }],
    help: `Add ${quote(name)}: ${field.doc}`,
  })
  return undefined
}

/** Reports a key, and returns the field that was meant, if one is near. */
function unknown(fields: Fields, key: string, path: Path, run: Run): string | undefined {
  const span = run.where([...path, key], 'key')
  const near = nearest(key, Object.keys(fields))
  const moved = path.length === 0 ? run.options.elsewhere?.(key) : undefined
  const known = Object.keys(fields)
  const help =
    near !== undefined
      ? `Did you mean ${quote(near)}?`
      : (moved ?? (known.length === 0 ? 'It takes no fields' : `Known here: ${known.map(quote).join(', ')}`))
  const of = path.length === 0 ? run.options.of : nameOf(path, run)
  const fix: readonly TextEdit[] | undefined =
    near !== undefined && textIs(span, key) ? [{ span, text: near }] : undefined
  run.findings.push({
    code: unknownKey.code,
    severity: 'error',
    origin: 'temblor',
    message: `Unknown key ${quote(key)}${of === undefined ? '' : ` in ${of}`}`,
    labels: [{ span, message: 'nothing reads this' }],
    help,
    ...(fix === undefined ? {} : { fix }),
  })
  return near
}

function mismatch(path: Path, phrase: string, value: unknown, run: Run): void {
  const words = [...phrase.matchAll(/"([^"]+)"/g)].map(([, word]) => word!)
  const near = typeof value === 'string' ? nearest(value, words) : undefined
  const quotable = phrase.startsWith('a text') ? quotableAt(run.where(path, 'value'), value) : undefined
  report(run, wrongType.code, path, `${nameOf(path, run)} must be ${phrase}, found ${describeValue(value)}`, {
    label: `expected ${phrase}`,
    ...(near === undefined ? {} : { help: `Did you mean ${quote(near)}?` }),
    ...(quotable === undefined ? {} : { help: `Write ${quotable.text}`, fix: [quotable] }),
  })
}

/** The edit that makes a text of a number, `01` say, or of `true`. */
function quotableAt(span: Span, value: unknown): TextEdit | undefined {
  if (typeof value !== 'number' && typeof value !== 'boolean' && !(value instanceof Float)) return undefined
  const written = span.source.text.slice(span.start, span.end)
  return /^[\w.+-]+$/.test(written) ? { span, text: `"${written}"` } : undefined
}

function report(
  run: Run,
  code: string,
  path: Path,
  message: string,
  more: { readonly label?: string; readonly help?: string; readonly fix?: readonly TextEdit[] },
): void {
  const { label, ...rest } = more
  const labels = [
    { span: run.where(path, 'value'), ...(label === undefined ? {} : { message: label }) },
  ] as const
  run.findings.push({ code, severity: 'error', origin: 'temblor', message, labels, ...rest })
}

function nameOf(path: Path, run: Run): string {
  const dotted = path.reduce<string>((name, step) => {
    if (typeof step === 'number') return `${name}[${step}]`
    return name === '' ? step : `${name}.${step}`
  }, '')
  if (dotted === '') return sentence(run.options.of ?? 'the value')
  return run.options.of === undefined ? quote(dotted) : `${quote(dotted)} of ${run.options.of}`
}

/** What was found, in words short enough for a sentence. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (typeof value === 'string')
    return `the text ${quote(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Float) return `the number ${value.text ?? `${value.value}.0`}`
  if (typeof value === 'number')
    return Number.isInteger(value) ? `the integer ${value}` : `the number ${value}`
  if (typeof value === 'bigint') return `the integer ${value}`
  if (Array.isArray(value)) return 'a list'
  if (value instanceof Uint8Array) return 'bytes'
  return 'a record'
}

function quote(text: string): string {
  return JSON.stringify(text)
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function textIs(span: Span, text: string): boolean {
  return span.source.text.slice(span.start, span.end) === text
}
