/** What the compiler is told about its surroundings. It looks nothing up by itself. */
import type { Arm } from './ast.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Aggregate, Extractor, NativeFunction } from './function.ts'
import type { Source, Span } from './source.ts'
import type { Rec, Value } from './value.ts'

export interface World {
  /**
   * Our own library by module path: `std::array`, `tremor::system`, `cncf::otel::logs::severity`. `use std::array;` binds
   * `array`; `use std;` makes `std::array::push` callable. A module found by `findModule` comes before one of these.
   */
  readonly library: ReadonlyMap<string, LibraryModule>
  /** The registry behind `core::…` calls and `intrinsic fn … as m::f`, by `NativeFunction.name`: `string::uppercase`. */
  readonly functions: ReadonlyMap<string, NativeFunction>
  readonly extractors: ReadonlyMap<string, Extractor>
  /** By full name: `aggr::stats::count`. */
  readonly aggregates: ReadonlyMap<string, Aggregate>
  readonly operators: ReadonlyMap<string, OperatorSignature>
  /** The text of a module `a::b` as seen from `from`: `a/b.tremor`, then `a/b.trickle`. Undefined if there is none. */
  findModule(path: readonly string[], from: Source): Source | undefined
  /** Asked for each case of `match`, `for` and `fn`: its counter. Absent, nothing is counted and no code is emitted for it. */
  arm?(span: Span): Arm
  /** The folders in which `findModule` looks, in order, as findings name them. */
  readonly modulePaths?: readonly string[]
}

/** One module of the standard library: what one file of `dsl/stdlib/` exports. */
export interface LibraryModule {
  readonly doc: string
  readonly functions: ReadonlyMap<string, NativeFunction>
  readonly constants: ReadonlyMap<string, { readonly value: Value; readonly doc: string }>
}

/** What a query's check knows of an operator. */
export interface OperatorSignature {
  readonly name: string
  /** Ports it emits on, given its parameters; `err` is known everywhere. */
  ports(params: Rec): readonly string[]
  /** Findings about the parameters; `spanOf(name)` is the place of a parameter's value, `whole` the place of the definition. */
  check(params: Rec, spanOf: (param: string) => Span | undefined, whole: Span): readonly Diagnostic[]
}
