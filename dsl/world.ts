/** What the compiler is told about its surroundings. It looks nothing up by itself. */
import type { Diagnostic } from './diagnostic.ts'
import type { Aggregate, Extractor, NativeFunction } from './function.ts'
import type { Source, Span } from './source.ts'
import type { Rec } from './value.ts'

export interface World {
  /** By the name of `NativeFunction.name`: `string::uppercase`. */
  readonly functions: ReadonlyMap<string, NativeFunction>
  readonly extractors: ReadonlyMap<string, Extractor>
  /** By full name: `aggr::stats::count`. */
  readonly aggregates: ReadonlyMap<string, Aggregate>
  readonly operators: ReadonlyMap<string, OperatorSignature>
  /** The text of a module `a::b` as seen from `from`: `a/b.tremor`, then `a/b.trickle`. Undefined if there is none. */
  findModule(path: readonly string[], from: Source): Source | undefined
}

/** What a query's check knows of an operator. */
export interface OperatorSignature {
  readonly name: string
  /** Ports it emits on, given its parameters; `err` is known everywhere. */
  ports(params: Rec): readonly string[]
  /** Findings about the parameters; `spanOf(name)` is the place of a parameter's value, `whole` the place of the definition. */
  check(params: Rec, spanOf: (param: string) => Span | undefined, whole: Span): readonly Diagnostic[]
}
