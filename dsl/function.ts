/** What a function, extractor and aggregate of the language is. One entry says everything: name, words, types, examples, body. */
import type { Frame } from './program.ts'
import type { Value } from './value.ts'

export type TypeName =
  | 'any'
  | 'null'
  | 'bool'
  | 'integer'
  | 'float'
  | 'number'
  | 'string'
  | 'bytes'
  | 'array'
  | 'record'

export interface Argument {
  readonly name: string
  readonly type: TypeName | readonly TypeName[]
}

/** A call in the language and its result as JSON text, or `error: …` for a call that fails. Doc and test at once. */
export type Example = readonly [call: string, result: string]

/**
 * A function of the standard library. `run` takes the arguments by position, already checked against `args`
 * (the emitter checks count and types and reports "Bad type passed to function m::f/n"); to fail, it throws `FunctionError`.
 */
export interface NativeFunction {
  /** As it is called: `string::uppercase`; the registry path of intrinsic declarations, `core::datetime::format` without `core`. */
  readonly name: string
  readonly doc: string
  readonly args: readonly Argument[]
  /** More arguments of any type may follow (`string::format`). */
  readonly open?: boolean
  /** The least number of arguments, if fewer than `args.length` will do. */
  readonly least?: number
  readonly returns: TypeName | readonly TypeName[]
  /** Same arguments, same result: literal calls are evaluated while compiling. */
  readonly constant: boolean
  /** `run` gets the frame of the running script as its first argument. */
  readonly context?: boolean
  readonly examples: readonly Example[]
  /** The same as a JavaScript expression, for what is less work than a call. Arguments are given as code and have been checked. */
  readonly inline?: (...args: string[]) => string
  // biome-ignore lint/suspicious/noExplicitAny: arguments are checked by `args` before the call
  readonly run: (...args: any[]) => Value
}

/** A failure inside a native function. The message is completed with function and position by the caller. */
export class FunctionError extends Error {}

/** A mistake in a text that is read as a pattern: where it stands in the text, and how long it is, in UTF-16 units. */
export class MistakeInText extends FunctionError {
  readonly at: number
  readonly length: number
  constructor(message: string, at: number, length = 1) {
    super(message)
    this.at = at
    this.length = length
  }
}

/** The types fit and the value does not (a negative count): reported to the script as "Bad type passed to function m::f/n". */
export class BadArgument extends FunctionError {}

/** An extractor, `name|rule|`. `compile` throws `FunctionError` on a bad rule, a `MistakeInText` if it knows the place. */
export interface Extractor {
  readonly name: string
  readonly doc: string
  readonly examples: readonly {
    readonly rule: string
    readonly input: string
    readonly result: string | null
  }[]
  compile(rule: string): CompiledExtractor
}

/** What a text is asked for by a method of its own name, or `is`. */
export interface TextShape {
  readonly how: 'startsWith' | 'endsWith' | 'includes' | 'is'
  readonly part: string
}

export interface CompiledExtractor {
  /** The whole of `test`, if it is no more than this: then it is written where it is asked. */
  readonly shape?: TextShape
  /** Whether the text matches, where the result is not asked for. */
  test(input: string, frame: Frame): boolean
  /** What was extracted, undefined if it does not match. */
  extract(input: string, frame: Frame): Value | undefined
}

/** An aggregate function of select. Instances are mutable; `merge` takes another instance of the same aggregate in. */
export interface Aggregate {
  /** `aggr::stats::mean` */
  readonly name: string
  readonly doc: string
  readonly args: readonly Argument[]
  readonly least?: number
  readonly returns: TypeName | readonly TypeName[]
  /** Hands values on as they are, without a look into them. */
  readonly passesOn?: boolean
  /** Keeps every value it has seen: findings about memory speak of it. */
  readonly collects?: boolean
  readonly examples: readonly {
    readonly events: readonly string[]
    readonly call: string
    readonly result: string
  }[]
  create(): AggregateState
}

export interface AggregateState {
  /** Takes the arguments of one event in. Throws `FunctionError` on a value it cannot take. */
  accumulate(args: readonly Value[]): void
  merge(other: AggregateState): void
  emit(): Value
}
