/** The table of contents of the compiler: the passes in order, nothing else. */
import type { Diagnostic } from './diagnostic.ts'
import type { Graph } from './graph.ts'
import type { ScriptProgram } from './program.ts'
import type { Source } from './source.ts'
import type { World } from './world.ts'

/** What came of a text: the thing, unless there are errors, and every finding. */
export interface Compiled<T> {
  readonly result?: T
  readonly findings: readonly Diagnostic[]
}

/** Compiles a `.tremor` file. Never throws for bad input. */
export function compileScript(_source: Source, _world: World): Compiled<ScriptProgram> {
  throw new Error('not there yet')
}

/** Compiles a `.trickle` file; `stem` names the pipeline unless `#!config id` does. Never throws for bad input. */
export function compileQuery(_source: Source, _stem: string, _world: World): Compiled<Graph> {
  throw new Error('not there yet')
}
