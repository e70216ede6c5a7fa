/**
 * The tree of tremor-script and tremor-query. Made by passes/1-parse, annotated by 2-resolve (the optional
 * fields marked "resolve"), read by everyone else. Shapes follow tremor 0.11; positions are exact spans.
 */
import type { Span } from './source.ts'
import type { Value } from './value.ts'

interface Node {
  readonly span: Span
}

// ---- scripts -------------------------------------------------------------------------------------------------

/** A whole `.tremor` file, or the body of a `script … end`. */
export interface Script extends Node {
  readonly kind: 'script'
  readonly doc?: string
  readonly items: readonly Item[]
  /** resolve: how many local slots a run needs. */
  locals?: number
}

/** What may stand at the top level of a script or a module. */
export type Item = Expr | Const | Fn | IntrinsicFn | Mod | Use

export interface Const extends Node {
  readonly kind: 'const'
  readonly name: string
  readonly value: Expr
  readonly doc?: string
}

export interface Fn extends Node {
  readonly kind: 'fn'
  readonly name: string
  readonly nameSpan: Span
  readonly params: readonly Param[]
  /** `fn f(a, ...)`: extra arguments are in `args`. */
  readonly open: boolean
  /** `with … end` */
  readonly body?: readonly Expr[]
  /** `of case (…) => … default => … end` */
  readonly cases?: readonly Case[]
  readonly doc?: string
  /** resolve */
  locals?: number
  /** resolve: the body ends in `recur` somewhere. */
  recurs?: boolean
}

export interface Param extends Node {
  readonly name: string
}

export interface IntrinsicFn extends Node {
  readonly kind: 'intrinsic'
  readonly name: string
  readonly params: readonly Param[]
  readonly open: boolean
  /** `as mod::name` */
  readonly module: readonly string[]
  readonly native: string
  readonly doc?: string
}

export interface Mod extends Node {
  readonly kind: 'mod'
  readonly name: string
  readonly items: readonly (Item | Definition)[]
}

export interface Use extends Node {
  readonly kind: 'use'
  readonly module: readonly string[]
  readonly alias?: string
}

// ---- expressions ---------------------------------------------------------------------------------------------

export type Expr =
  | Literal
  | Text
  | List
  | RecordExpr
  | Bytes
  | Path
  | Unary
  | Binary
  | Presence
  | Call
  | Recur
  | Match
  | For
  | Patch
  | Merge
  | Let
  | Emit
  | Drop

export interface Literal extends Node {
  readonly kind: 'literal'
  readonly value: Value
}

/** An interpolated string: literal pieces (unescaped) and expressions. A string without interpolation is a Literal. */
export interface Text extends Node {
  readonly kind: 'text'
  readonly parts: readonly (string | Expr | LegacyPart)[]
  readonly heredoc: boolean
}

/** A bare `{path}` in a string: interpolates if its root is a bound local or `$` (decided by resolve), else literal text. */
export interface LegacyPart extends Node {
  readonly kind: 'legacy'
  readonly text: string
  readonly path: Path
  /** resolve */
  interpolates?: boolean
}

export interface List extends Node {
  readonly kind: 'list'
  readonly items: readonly Expr[]
}

export interface RecordExpr extends Node {
  readonly kind: 'record'
  readonly fields: readonly { readonly key: Expr; readonly value: Expr; readonly span: Span }[]
}

/** `<< a:16/little-unsigned, … >>` */
export interface Bytes extends Node {
  readonly kind: 'bytes'
  readonly parts: readonly BytesPart[]
}
export interface BytesPart extends Node {
  readonly value: Expr
  readonly bits?: number
  readonly type: 'binary' | 'integer'
  readonly endian: 'big' | 'little'
  readonly signed: boolean
  /** The type as it was written, `little-signed-integer`; checked in 3-check. */
  readonly dataType?: string
}

export interface Path extends Node {
  readonly kind: 'path'
  readonly root: PathRoot
  readonly segments: readonly Segment[]
}

export type PathRoot =
  | { readonly kind: 'event' | 'meta' | 'state' | 'args' | 'window' | 'group'; readonly span: Span }
  | {
      readonly kind: 'name'
      /** `a::b::C` is module ['a', 'b'], name 'C'; a plain identifier has no module. */
      readonly module: readonly string[]
      readonly name: string
      readonly span: Span
      /** resolve: a local's slot, a constant's value, or neither (then reading it fails at run time). */
      slot?: number
      constant?: Value
    }

export type Segment =
  | { readonly kind: 'key'; readonly name: string; readonly span: Span }
  | { readonly kind: 'index'; readonly index: number; readonly span: Span }
  | { readonly kind: 'element'; readonly expr: Expr; readonly span: Span }
  | { readonly kind: 'range'; readonly from: Expr; readonly to: Expr; readonly span: Span }

export interface Unary extends Node {
  readonly kind: 'unary'
  readonly op: '+' | '-' | 'not' | '!'
  readonly operand: Expr
}

export type BinaryOp =
  | 'or'
  | 'xor'
  | 'and'
  | '^'
  | '&'
  | '=='
  | '!='
  | '>='
  | '>'
  | '<='
  | '<'
  | '>>'
  | '>>>'
  | '<<'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'

export interface Binary extends Node {
  readonly kind: 'binary'
  readonly op: BinaryOp
  readonly left: Expr
  readonly right: Expr
}

export interface Presence extends Node {
  readonly kind: 'presence'
  readonly op: 'present' | 'absent'
  readonly path: Path
}

export interface Call extends Node {
  readonly kind: 'call'
  readonly module: readonly string[]
  readonly name: string
  readonly nameSpan: Span
  readonly args: readonly Expr[]
  /** resolve: what the name means here. */
  callee?: Callee
}

export type Callee =
  | { readonly kind: 'native'; readonly native: import('./function.ts').NativeFunction }
  | { readonly kind: 'fn'; readonly fn: Fn }
  | {
      readonly kind: 'aggregate'
      readonly aggregate: import('./function.ts').Aggregate
      readonly index: number
    }

export interface Recur extends Node {
  readonly kind: 'recur'
  readonly args: readonly Expr[]
}

export interface Match extends Node {
  readonly kind: 'match'
  readonly target: Expr
  /** In source order; `default` is a case whose pattern is `{ kind: 'default' }`. */
  readonly cases: readonly Case[]
}

export interface Case extends Node {
  readonly pattern: Pattern
  readonly guard?: Expr
  /** Comma-separated effectors; the last one is the value. */
  readonly body: readonly Expr[]
  /** resolve: counts how often it is taken, where somebody asked for that. */
  arm?: Arm
}

/** A case, counted for coverage. */
export interface Arm {
  readonly span: Span
  hits: number
}

export interface For extends Node {
  readonly kind: 'for'
  readonly target: Expr
  readonly cases: readonly ForCase[]
}
export interface ForCase extends Node {
  readonly key: string
  readonly value: string
  /** resolve */
  keySlot?: number
  valueSlot?: number
  readonly guard?: Expr
  readonly body: readonly Expr[]
  /** resolve */
  arm?: Arm
}

export interface Patch extends Node {
  readonly kind: 'patch'
  readonly target: Expr
  readonly operations: readonly PatchOp[]
}
export type PatchOp =
  | {
      readonly op: 'insert' | 'upsert' | 'update' | 'merge'
      readonly key: Expr
      readonly value: Expr
      readonly span: Span
    }
  | { readonly op: 'erase'; readonly key: Expr; readonly span: Span }
  | { readonly op: 'copy' | 'move'; readonly from: Expr; readonly to: Expr; readonly span: Span }
  | { readonly op: 'merge-whole'; readonly value: Expr; readonly span: Span }

export interface Merge extends Node {
  readonly kind: 'merge'
  readonly target: Expr
  readonly value: Expr
}

export interface Let extends Node {
  readonly kind: 'let'
  readonly path: Path
  readonly value: Expr
}

export interface Emit extends Node {
  readonly kind: 'emit'
  readonly value?: Expr
  readonly port?: Expr
}

export interface Drop extends Node {
  readonly kind: 'drop'
}

// ---- patterns ------------------------------------------------------------------------------------------------

export type Pattern =
  | { readonly kind: 'default'; readonly span: Span }
  /** `_` */
  | { readonly kind: 'any'; readonly span: Span }
  | { readonly kind: 'expr'; readonly expr: Expr; readonly span: Span }
  /** `name = pattern` */
  | {
      readonly kind: 'bind'
      readonly name: string
      readonly pattern: Pattern
      readonly span: Span
      slot?: number
    }
  /** `%{ … }` */
  | { readonly kind: 'record'; readonly fields: readonly FieldTest[]; readonly span: Span }
  /** `%[ … ]`: every test is met by some element. */
  | { readonly kind: 'array'; readonly tests: readonly Pattern[]; readonly span: Span }
  /** `%( … )`, `%( …, ... )`: position by position. */
  | {
      readonly kind: 'tuple'
      readonly tests: readonly Pattern[]
      readonly open: boolean
      readonly span: Span
    }
  /** `~ name|rule|` */
  | { readonly kind: 'extract'; readonly test: Extract; readonly span: Span }

export interface Extract extends Node {
  readonly name: string
  readonly rule: string
  /** Where the rule text starts, for errors inside it. */
  readonly ruleSpan: Span
  /** resolve */
  extractor?: import('./function.ts').CompiledExtractor
}

export type FieldTest =
  | { readonly kind: 'present' | 'absent'; readonly key: string; readonly span: Span }
  | {
      readonly kind: 'compare'
      readonly key: string
      readonly op: '==' | '!=' | '>=' | '>' | '<=' | '<'
      readonly value: Expr
      readonly span: Span
    }
  /** `key ~= name|rule|` */
  | { readonly kind: 'extract'; readonly key: string; readonly test: Extract; readonly span: Span }
  /** `key ~= %{ … }` and the like */
  | { readonly kind: 'pattern'; readonly key: string; readonly pattern: Pattern; readonly span: Span }

// ---- queries -------------------------------------------------------------------------------------------------

export interface Query extends Node {
  readonly kind: 'query'
  /** `#!config key = value` */
  readonly config: readonly { readonly key: string; readonly value: Expr; readonly span: Span }[]
  readonly statements: readonly Statement[]
}

export type Statement = Definition | Create | CreateStream | Select | Mod | Use

export type Definition = DefineWindow | DefineOperator | DefineScript

export interface With {
  readonly name: string
  readonly nameSpan: Span
  readonly value: Expr
  readonly span: Span
}

export interface DefineWindow extends Node {
  readonly kind: 'define-window'
  readonly window: 'tumbling' | 'sliding'
  readonly name: string
  readonly params: readonly With[]
  readonly script?: Expr
}

export interface DefineOperator extends Node {
  readonly kind: 'define-operator'
  readonly name: string
  /** `qos::roundrobin` is ['qos', 'roundrobin']; `passthrough` is ['passthrough']. */
  readonly operator: readonly string[]
  readonly operatorSpan: Span
  readonly params: readonly With[]
  readonly hasWith: boolean
}

export interface DefineScript extends Node {
  readonly kind: 'define-script'
  readonly name: string
  readonly params: readonly With[]
  readonly hasWith: boolean
  readonly script: Script
}

export interface Create extends Node {
  readonly kind: 'create'
  readonly what: 'operator' | 'script'
  readonly name: string
  readonly nameSpan: Span
  /** `from m::t`: module ['m'], definition 't'. Without `from`, the name is its own definition. */
  readonly from?: { readonly module: readonly string[]; readonly name: string; readonly span: Span }
  readonly params: readonly With[]
}

export interface CreateStream extends Node {
  readonly kind: 'create-stream'
  readonly name: string
}

export interface Select extends Node {
  readonly kind: 'select'
  readonly target: Expr
  readonly from: StreamPort
  readonly windows: readonly {
    readonly module: readonly string[]
    readonly name: string
    readonly span: Span
  }[]
  readonly where?: Expr
  readonly groupBy?: GroupBy
  readonly into: StreamPort
  readonly having?: Expr
}

export interface StreamPort extends Node {
  readonly stream: string
  readonly port?: string
}

export type GroupBy =
  | { readonly kind: 'expr'; readonly expr: Expr; readonly span: Span }
  | { readonly kind: 'set'; readonly items: readonly GroupBy[]; readonly span: Span }
  | { readonly kind: 'each'; readonly expr: Expr; readonly span: Span }
