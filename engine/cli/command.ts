/** What a command of `temblor` is. One file in `commands/` introduces one; help, completion and pages are made from it. */
import type { Terminal } from './terminal.ts'

export interface Flag {
  readonly kind: 'toggle' | 'value' | 'values'
  readonly doc: string
  /** One letter. */
  readonly short?: string
  /** What stands for the value in help: `ADDR`. */
  readonly placeholder?: string
  readonly choices?: readonly string[]
  readonly default?: string
}

export type Flags = Readonly<Record<string, Flag>>

/** What was given on the command line, by flag name: toggles are never undefined, `values` is empty if none was given. */
export type Given<F extends Flags> = {
  readonly [K in keyof F]: F[K]['kind'] extends 'toggle'
    ? boolean
    : F[K]['kind'] extends 'values'
      ? readonly string[]
      : F[K] extends { default: string }
        ? string
        : string | undefined
}

export interface Input<F extends Flags> {
  readonly args: readonly string[]
  readonly flags: Given<F>
}

export interface CommandSpec<F extends Flags = Flags> {
  /** One line, imperative, no full stop. */
  readonly summary: string
  /** What more there is to say; paragraphs, shown below the flags. */
  readonly details?: string
  /** `[PATH...]`, `CODE`, `[EXPR]`: optional in brackets, `...` for many. */
  readonly args?: readonly { readonly name: string; readonly doc: string }[]
  readonly flags: F
  /** Command line and what it does. They come first in help, and are run as tests where they end by themselves. */
  readonly examples: readonly (readonly [line: string, doc: string])[]
  /** Returns the exit code. Throws `UsageError` and `CommandFailure`; whatever else it throws is our bug. */
  run(input: Input<F>, terminal: Terminal): Promise<number> | number
}

export function defineCommand<const F extends Flags>(spec: CommandSpec<F>): CommandSpec<F> {
  return spec
}

/** Present or not. */
export function toggle(
  doc: string,
  more: { short?: string } = {},
): { kind: 'toggle'; doc: string; short?: string } {
  return { kind: 'toggle', doc, ...more }
}

interface ValueOptions {
  readonly short?: string
  readonly choices?: readonly string[]
  readonly default?: string
}

/** One value; given twice, the last counts. */
export function value<const O extends ValueOptions>(placeholder: string, doc: string, more?: O) {
  return { kind: 'value' as const, placeholder, doc, ...(more as O) }
}

/** May be given many times. */
export function values(placeholder: string, doc: string, more: { short?: string } = {}) {
  return { kind: 'values' as const, placeholder, doc, ...more }
}
