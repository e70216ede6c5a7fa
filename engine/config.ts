/**
 * The documented, typed fields by which operators, ramps, codecs, processors and commands introduce themselves. Types,
 * checks, JSON Schema and reference pages all follow from one declaration.
 *
 *     const config = {
 *       outputs: list('The ports to take in turn.', text('A port.'), { default: ['out'] }),
 *       timeout: duration('How long to wait.', { unit: 'ms', required: true }),
 *     }
 *     type Config = ConfigOf<typeof config>     // { readonly outputs: readonly string[]; readonly timeout: number }
 */
import { Float, type Value } from '#dsl/value.ts'
import { describe, type JsonSchema, orReference, schemaOf } from './config/schema.ts'
import { type BareUnit, formatDuration, formatSize, parseDuration, parseSize } from './config/units.ts'

export { type Checked, checkConfig, checkValue, type Path, type Where } from './config/check.ts'
export { type JsonSchema, schemaOf } from './config/schema.ts'

/** Whether a config always has the field: because it must be written, because it has a default, or not. */
export type Presence = 'required' | 'default' | 'optional'

export interface Field<T, P extends Presence = Presence> {
  readonly doc: string
  readonly presence: P
  /** As it would be written. */
  readonly default?: unknown
  /** As they would be written. */
  readonly examples: readonly unknown[]
  /** Never printed, logged or shown. */
  readonly secret: boolean
  /** What to write instead; using the field is a warning. */
  readonly deprecated?: string
  readonly type: FieldType<T>
}

/** What may be written for a field, and what is made of it. */
export interface FieldType<T> {
  /** For the reference pages: `integer`, `list of text`. */
  readonly name: string
  /** For findings: `an integer`. */
  readonly phrase: string
  /** Whether a value has the form this type reads; its content may still be wrong. */
  accepts(value: unknown, textual: boolean): boolean
  /** The value as the component gets it. Reports what is wrong with it, and then returns undefined. */
  read(value: unknown, at: Place): T | undefined
  schema(): JsonSchema
  /** Of records: their fields, for the reference pages. */
  readonly fields?: Fields
  /** Of lists and maps. */
  readonly item?: Field<unknown>
  /** Of choices: what each means, where it is said. */
  readonly choices?: Readonly<Record<string, string>>
}

/** A value in the course of being checked. */
export interface Place {
  /** `endpoint.port` as a reader would name it. */
  readonly name: string
  /** It came out of `${…}`: numbers and booleans are read from its text. */
  readonly textual: boolean
  inside(key: string | number): Place
  /** Reports a value of the right form that is still wrong. */
  wrong(message: string, help?: string): void
  record(fields: Fields, value: object): Readonly<Record<string, unknown>>
  mismatch(phrase: string, value: unknown): void
}

// biome-ignore lint/suspicious/noExplicitAny: the type of a field is known to whoever declared it, not here
export type Fields = Readonly<Record<string, Field<any>>>

/** What a component gets: every field by its name, converted, defaults filled in. */
export type ConfigOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T, infer P>
    ? 'optional' extends P
      ? T | undefined
      : T
    : never
}

export interface Options<Written, T = Written> {
  readonly required?: boolean
  readonly default?: Written
  readonly examples?: readonly Written[]
  readonly secret?: boolean
  readonly deprecated?: string
  /** What is wrong with a value of the right type: a sentence part that follows the field's name, `must not be empty`. */
  readonly check?: (value: T) => string | undefined
}

type PresenceOf<O> = O extends { required: true }
  ? 'required'
  : O extends { default: NonNullable<unknown> }
    ? 'default'
    : 'optional'
type Declared<T, O> = Field<T, PresenceOf<O>>

// ---- scalars --------------------------------------------------------------------------------------------------

export function text<const O extends Options<string>>(doc: string, options?: O): Declared<string, O> {
  return field(doc, options, {
    name: 'text',
    phrase: 'a text',
    accepts: (value) => typeof value === 'string',
    read: (value) => value as string,
    schema: () => ({ type: 'string' }),
  })
}

interface Range {
  readonly min?: number
  readonly max?: number
}

export function integer<const O extends Options<number> & Range>(
  doc: string,
  options?: O,
): Declared<number, O> {
  return field(doc, options, {
    name: 'integer',
    phrase: 'an integer',
    accepts: (value, textual) => Number.isInteger(numberOf(value, textual)),
    read: (value, at) => inRange(numberOf(value, at.textual), at, options ?? {}, String),
    schema: () => orReference({ type: 'integer', ...limits(options) }),
  })
}

export function number<const O extends Options<number> & Range>(
  doc: string,
  options?: O,
): Declared<number, O> {
  return field(doc, options, {
    name: 'number',
    phrase: 'a number',
    accepts: (value, textual) => Number.isFinite(numberOf(value, textual)),
    read: (value, at) => inRange(numberOf(value, at.textual), at, options ?? {}, String),
    schema: () => orReference({ type: 'number', ...limits(options) }),
  })
}

export function boolean<const O extends Options<boolean>>(doc: string, options?: O): Declared<boolean, O> {
  return field(doc, options, {
    name: 'boolean',
    phrase: 'true or false',
    accepts: (value, textual) =>
      typeof value === 'boolean' || (textual && /^(true|false)$/.test(String(value))),
    read: (value) => value === true || value === 'true',
    schema: () => orReference({ type: 'boolean' }),
  })
}

/**
 * `10s`, `1m30s`, or a bare number in tremor's unit of this field, which `unit` states. The config holds milliseconds
 * always; `min` and `max` are milliseconds.
 */
export function duration<
  const O extends Options<string | number, number> & Range & { readonly unit: BareUnit },
>(doc: string, options: O): Declared<number, O> {
  const read = (value: unknown) => parseDuration(written(value), options.unit)
  return field(doc, options, {
    name: `duration (bare numbers: ${options.unit})`,
    phrase: 'a duration such as "10s" or "250ms"',
    accepts: (value) => read(value) !== undefined,
    read: (value, at) => inRange(read(value), at, { min: 0, ...options }, formatDuration),
    schema: () => ({
      anyOf: [
        { type: 'number', minimum: 0 },
        { type: 'string', pattern: '^(\\d+(\\.\\d+)?\\s*(ns|us|µs|ms|s|m|h|d)?\\s*)+$|\\$\\{' },
      ],
    }),
  })
}

/** `1MiB`, `64KiB`, `10MB`, or a bare number of bytes. */
export function size<const O extends Options<string | number, number> & Range>(
  doc: string,
  options?: O,
): Declared<number, O> {
  const read = (value: unknown) => parseSize(written(value))
  return field(doc, options, {
    name: 'size (bare numbers: bytes)',
    phrase: 'a size such as "1MiB" or "64KiB"',
    accepts: (value) => read(value) !== undefined,
    read: (value, at) => inRange(read(value), at, { min: 0, ...options }, formatSize),
    schema: () => ({
      anyOf: [
        { type: 'integer', minimum: 0 },
        { type: 'string', pattern: '^\\d+(\\.\\d+)?\\s*([kKmMgG]?[iI]?[bB])?$|\\$\\{' },
      ],
    }),
  })
}

/** One of a few words; as a record, each with what it means. With `anyCase`, `get` is read as `GET`. */
export function oneOf<const C extends string, const O extends Options<C> & { readonly anyCase?: boolean }>(
  doc: string,
  choices: readonly C[] | Readonly<Record<C, string>>,
  options?: O,
): Declared<C, O> {
  const words = (Array.isArray(choices) ? choices : Object.keys(choices)) as readonly C[]
  const phrase = anyOfPhrase(words.map((word) => `"${word}"`))
  const find = (value: string) =>
    words.find((word) => word === value || (options?.anyCase && word.toLowerCase() === value.toLowerCase()))
  return field(doc, options, {
    name: words.map((word) => `\`${word}\``).join(' or '),
    phrase,
    accepts: (value) => typeof value === 'string',
    read: (value, at) => {
      const word = find(value as string)
      if (word === undefined) at.mismatch(phrase, value)
      return word
    },
    schema: () => orReference({ enum: options?.anyCase ? bothCases(words) : [...words] }),
    ...(Array.isArray(choices) ? {} : { choices: choices as Readonly<Record<string, string>> }),
  })
}

// ---- compounds ------------------------------------------------------------------------------------------------

export function list<
  T,
  const O extends Options<readonly unknown[], readonly T[]> & { readonly least?: number },
>(doc: string, item: Field<T>, options?: O): Declared<readonly T[], O> {
  return field(doc, options, {
    name: `list of ${item.type.name}`,
    phrase: 'a list',
    accepts: (value) => Array.isArray(value),
    read: (value, at) => {
      const items = value as readonly unknown[]
      if (items.length < (options?.least ?? 0)) {
        at.wrong(
          `needs at least ${options?.least} ${options?.least === 1 ? 'item' : 'items'}, found ${items.length}`,
        )
        return undefined
      }
      return whole(items.map((each, index) => readField(item, each, at.inside(index))))
    },
    schema: () => ({
      type: 'array',
      items: describe(item),
      ...(options?.least === undefined ? {} : { minItems: options.least }),
    }),
    item,
  })
}

/** Names of the user's choosing, each with a value of one type. */
export function map<
  T,
  const O extends Options<Readonly<Record<string, unknown>>, Readonly<Record<string, T>>>,
>(doc: string, item: Field<T>, options?: O): Declared<Readonly<Record<string, T>>, O> {
  return field(doc, options, {
    name: `map of ${item.type.name}`,
    phrase: 'a map',
    accepts: isPlainRecord,
    read: (value, at) => {
      const entries = Object.entries(value as object)
      const items = whole(entries.map(([key, each]) => readField(item, each, at.inside(key))))
      return (
        items &&
        (Object.fromEntries(items.map((each, index) => [entries[index]![0], each])) as Record<string, T>)
      )
    },
    schema: () => ({ type: 'object', additionalProperties: describe(item) }),
    item,
  })
}

/** A record of fields of its own. */
export function record<
  F extends Fields,
  const O extends Options<Readonly<Record<string, unknown>>, ConfigOf<F>>,
>(doc: string, fields: F, options?: O): Declared<ConfigOf<F>, O> {
  return field(doc, options, {
    name: 'record',
    phrase: `a record of ${anyOfPhrase(
      Object.keys(fields).map((key) => `"${key}"`),
      'and',
    )}`,
    accepts: isPlainRecord,
    read: (value, at) => at.record(fields, value as object) as ConfigOf<F>,
    schema: () => schemaOf(fields),
    fields,
  })
}

type TypesOf<A extends readonly Field<unknown>[]> = A[number] extends Field<infer T> ? T : never

/** A value in one of several forms; the first alternative that takes the form reads it. */
export function either<
  const A extends readonly Field<unknown>[],
  const O extends Options<unknown, TypesOf<A>>,
>(doc: string, alternatives: A, options?: O): Declared<TypesOf<A>, O> {
  const types = alternatives.map((each) => each.type)
  return field(doc, options, {
    name: types.map((type) => type.name).join(' or '),
    phrase: anyOfPhrase(types.map((type) => type.phrase)),
    accepts: (value, textual) => types.some((type) => type.accepts(value, textual)),
    read: (value, at) => {
      const chosen = alternatives.find((each) => each.type.accepts(value, at.textual))
      return chosen && (readField(chosen, value, at) as TypesOf<A> | undefined)
    },
    schema: () => ({ anyOf: alternatives.map(describe) }),
    ...fieldsAmong(types),
  })
}

/** Any value at all; it is handed on as it is. */
export function any<const O extends Options<unknown, Value>>(doc: string, options?: O): Declared<Value, O> {
  return field(doc, options, {
    name: 'any value',
    phrase: 'a value',
    accepts: (value) => value !== undefined,
    read: (value) => value as Value,
    schema: () => ({}),
  })
}

// ---- inside ---------------------------------------------------------------------------------------------------

/** Reads one value by one field, reporting what is wrong with it. */
export function readField<T>(field: Field<T>, value: unknown, at: Place): T | undefined {
  if (field.type.accepts(value, at.textual)) return field.type.read(value, at)
  at.mismatch(field.type.phrase, value)
  return undefined
}

// biome-ignore lint/suspicious/noExplicitAny: each declaration above states its own presence and options
function field<T>(doc: string, options: Options<any> | undefined, type: FieldType<T>): Field<T, any> {
  const presence: Presence = options?.required
    ? 'required'
    : options?.default !== undefined
      ? 'default'
      : 'optional'
  const check = options?.check as ((value: T) => string | undefined) | undefined
  return {
    doc,
    presence,
    ...(options?.default === undefined ? {} : { default: options.default }),
    examples: options?.examples ?? [],
    secret: options?.secret ?? false,
    ...(options?.deprecated === undefined ? {} : { deprecated: options.deprecated }),
    type:
      check === undefined ? type : { ...type, read: (value, at) => checked(type.read(value, at), at, check) },
  }
}

function checked<T>(value: T | undefined, at: Place, check: (value: T) => string | undefined): T | undefined {
  const complaint = value === undefined ? undefined : check(value)
  if (complaint === undefined) return value
  at.wrong(complaint)
  return undefined
}

/** A number written as such, as a float of the language, or as text out of `${…}`. */
function numberOf(value: unknown, textual: boolean): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Float) return value.value
  if (textual && typeof value === 'string' && value.trim() !== '') return Number(value)
  return Number.NaN
}

function written(value: unknown): string | number {
  return typeof value === 'string' ? value : numberOf(value, false)
}

function inRange(
  value: number | undefined,
  at: Place,
  range: Range,
  print: (value: number) => string,
): number | undefined {
  if (value === undefined) return undefined
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = range
  if (value >= min && value <= max) return value
  const wanted =
    max === Number.POSITIVE_INFINITY ? `at least ${print(min)}` : `between ${print(min)} and ${print(max)}`
  at.wrong(
    min === Number.NEGATIVE_INFINITY
      ? `must be at most ${print(max)}, found ${print(value)}`
      : `must be ${wanted}, found ${print(value)}`,
  )
  return undefined
}

function limits(range: Range | undefined): JsonSchema {
  return {
    ...(range?.min === undefined ? {} : { minimum: range.min }),
    ...(range?.max === undefined ? {} : { maximum: range.max }),
  }
}

/** The items, unless one of them was wrong. */
function whole<T>(items: readonly (T | undefined)[]): readonly T[] | undefined {
  return items.includes(undefined) ? undefined : (items as readonly T[])
}

function isPlainRecord(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Float) &&
    !(value instanceof Uint8Array)
  )
}

function fieldsAmong(types: readonly FieldType<unknown>[]): { readonly fields?: Fields } {
  const fields = types.find((type) => type.fields !== undefined)?.fields
  return fields === undefined ? {} : { fields }
}

function bothCases(words: readonly string[]): readonly string[] {
  return [...new Set(words.flatMap((word) => [word, word.toLowerCase(), word.toUpperCase()]))]
}

function anyOfPhrase(parts: readonly string[], joint: 'or' | 'and' = 'or'): string {
  if (parts.length < 2) return parts.join('')
  return `${parts.slice(0, -1).join(', ')} ${joint} ${parts.at(-1)}`
}
