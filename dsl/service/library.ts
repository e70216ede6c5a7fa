/** What our own library has under a name, with words an editor can show. */
import type { Aggregate, NativeFunction, TypeName } from '../function.ts'
import type { World } from '../world.ts'

export interface Entry {
  readonly kind: 'function' | 'aggregate' | 'constant' | 'module'
  readonly name: string
  readonly detail: string
  readonly doc: string
}

/** Functions, aggregates, constants and modules of the module `path`. */
export function entriesOf(world: World, path: readonly string[]): readonly Entry[] {
  const module = world.library.get(path.join('::'))
  const prefix = [...path, ''].join('::')
  const functions = [...(module?.functions ?? [])].map(([name, each]) => functionEntry(name, each))
  const constants = [...(module?.constants ?? [])].map(
    ([name, { doc }]): Entry => ({ kind: 'constant', name, detail: name, doc }),
  )
  const aggregates = [...world.aggregates.values()]
    .filter(({ name }) => name.startsWith(prefix) && !name.slice(prefix.length).includes('::'))
    .map((each): Entry => ({ ...functionEntry(each.name.slice(prefix.length), each), kind: 'aggregate' }))
  return [...functions, ...aggregates, ...constants, ...modulesBelow(world, prefix)]
}

export function entryOf(world: World, path: readonly string[]): Entry | undefined {
  const name = path.at(-1)
  return entriesOf(world, path.slice(0, -1)).find((each) => each.name === name)
}

function modulesBelow(world: World, prefix: string): Entry[] {
  const paths = [
    ...world.library.keys(),
    ...[...world.aggregates.keys()].map((name) => name.replace(/::\w+$/, '')),
  ]
  const names = new Set(
    paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length).split('::')[0]!),
  )
  return [...names].sort().map((name) => {
    const doc = world.library.get(prefix + name)?.doc ?? ''
    return { kind: 'module', name, detail: prefix + name, doc }
  })
}

function functionEntry(name: string, { args, returns, doc, ...more }: NativeFunction | Aggregate): Entry {
  const open = 'open' in more && more.open ? ['...'] : []
  const params = [...args.map((arg) => `${arg.name}: ${typeText(arg.type)}`), ...open]
  return { kind: 'function', name, detail: `${name}(${params.join(', ')}) -> ${typeText(returns)}`, doc }
}

function typeText(type: TypeName | readonly TypeName[]): string {
  return typeof type === 'string' ? type : type.join(' | ')
}
