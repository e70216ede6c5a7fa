/** How a file of the standard library introduces its functions: words, types, examples and body in one entry. */
import type { Example, NativeFunction, TypeName } from './function.ts'
import type { Frame } from './program.ts'
import type { Float, Rec, Value } from './value.ts'
import type { LibraryModule } from './world.ts'

type Types = TypeName | readonly TypeName[]
type Args = readonly (readonly [name: string, type: Types])[]

interface Shapes {
  any: Value
  null: null
  bool: boolean
  integer: number | bigint
  float: number | Float
  number: number | bigint | Float
  string: string
  bytes: Uint8Array
  array: readonly Value[]
  record: Rec
}

type Shape<T extends Types> = T extends TypeName
  ? Shapes[T]
  : T extends readonly TypeName[]
    ? Shapes[T[number]]
    : never
type Values<A extends Args> = { [K in keyof A]: Shape<A[K][1]> }

interface Words {
  readonly doc: string
  readonly returns: Types
  readonly examples: readonly Example[]
  /** The registry path, if it is not `<registry of the module>::<key>`. */
  readonly name?: string
  /** The least number of arguments, if fewer than all will do. */
  readonly least?: number
  /** More arguments of any type may follow. */
  readonly open?: boolean
  /** The same as a JavaScript expression, for what is less work than a call. */
  readonly inline?: (...args: string[]) => string
}

interface Spec<A extends Args> extends Words {
  readonly args: A
  /** The arguments by position; those beyond `least` may be undefined, those of an open function follow. */
  readonly run: (...args: Values<A>) => Value
}

interface FrameSpec<A extends Args> extends Words {
  readonly args: A
  readonly run: (frame: Frame, ...args: Values<A>) => Value
}

/** A function on its way into a module: everything but its registry path. */
export type Entry = Omit<NativeFunction, 'name'> & { readonly name?: string }

/** A function whose result depends on its arguments alone. */
export function fn<const A extends Args>(spec: Spec<A>): Entry {
  return { ...spec, args: named(spec.args), constant: true }
}

/** A function that asks the running script for more than its arguments: time, origin, chance. */
export function frameFn<const A extends Args>(spec: FrameSpec<A>): Entry {
  return { ...spec, args: named(spec.args), constant: false, context: true }
}

function named(args: Args): NativeFunction['args'] {
  return args.map(([name, type]) => ({ name, type }))
}

interface ModuleSpec {
  readonly doc: string
  /** Where its functions stand in the registry: `string` for `std::string`. */
  readonly registry: string
  readonly functions?: Readonly<Record<string, Entry>>
  readonly constants?: Readonly<Record<string, readonly [value: Value, doc: string]>>
}

/** What a file in `dsl/stdlib/` exports by default. Its path is the module's. */
export function module({ doc, registry, functions = {}, constants = {} }: ModuleSpec): LibraryModule {
  const entries = Object.entries(functions).map(([key, entry]): [string, NativeFunction] => [
    key,
    { ...entry, name: entry.name ?? `${registry}::${key}` },
  ])
  const values = Object.entries(constants).map(
    ([key, [value, doc]]): [string, { value: Value; doc: string }] => [key, { value, doc }],
  )
  return { doc, functions: new Map(entries), constants: new Map(values) }
}
