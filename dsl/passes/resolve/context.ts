/** What the parts of the resolver share while they walk one text. */
import type { Call, Const, Definition, Expr, Fn, IntrinsicFn, Item, Mod, Select, Use } from '../../ast.ts'
import type { Diagnostic } from '../../diagnostic.ts'
import type { Locals, Scope } from '../../names.ts'
import type { Span } from '../../source.ts'
import type { Value } from '../../value.ts'
import type { World } from '../../world.ts'

/** The value of an expression that has one without any event. Undefined if it has none, and that is reported. */
export type Fold = (expr: Expr, report: (finding: Diagnostic) => void) => Value | undefined

export interface Shared {
  readonly world: World
  readonly fold: Fold
  readonly report: (finding: Diagnostic) => void
  /** Names that a broken statement would have declared: nothing is said of their absence. */
  readonly broken: Set<string>
  /** Sources that are being read, outermost first: a `use` of one of them is a circle. */
  readonly reading: string[]
  /** Modules of files that were read, by the name of their source. */
  readonly modules: Map<string, Scope>
}

/** Where an expression stands. */
export interface Place {
  readonly scope: Scope
  readonly locals: Locals
  /** The function around it. */
  readonly fn?: Fn
  /** The select around it. */
  readonly select?: InSelect
}

export interface InSelect {
  readonly select: Select
  /** The clause that is being read, as a reader would call it. */
  readonly clause: string
  readonly clauseSpan: Span
  /** Aggregates that were met, in the order of their index. Undefined where none may stand. */
  readonly aggregates: Call[] | undefined
  /** The aggregate whose arguments are being read. */
  around?: Call
}

/** What a script, a query or a module declares for those who come behind it. */
export type Declaration = Const | Fn | IntrinsicFn | Mod | Use

export function isDeclaration(item: Item | Definition): item is Declaration {
  return ['const', 'fn', 'intrinsic', 'mod', 'use'].includes(item.kind)
}
