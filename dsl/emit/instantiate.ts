/**
 * The only place where text becomes code. What is passed in was written by this folder: names are numbered, strings are
 * quoted by JSON.stringify, everything else is handed over as a value in `constants`.
 */
import { type RuntimeName, runtime } from './runtime/runtime.ts'

export interface Module {
  readonly names: Iterable<RuntimeName>
  readonly constants: readonly unknown[]
  /** Statements that end in `return`. */
  readonly body: string
}

export function instantiate<T>({ names, constants, body }: Module): T {
  const imported = [...names].join(', ')
  const source = `'use strict';\nconst { ${imported} } = R;\n${body}`
  return new Function('R', 'K', source)(runtime, constants) as T
}
