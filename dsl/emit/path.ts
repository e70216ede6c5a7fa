/** Reading a path: constant steps are one chain of property reads with one check at its end. */
import type { Expr, Path, PathRoot, Segment } from '../ast.ts'
import type { Span } from '../source.ts'
import { Float, type Value } from '../value.ts'
import { expression } from './expression.ts'
import { emitLiteral } from './literal.ts'
import { forget, pathKey } from './owned.ts'
import type { Reach } from './runtime/errors.ts'
import type { PathSite, Step } from './runtime/path.ts'
import {
  any,
  block,
  type Code,
  constant,
  local,
  operands,
  pinned,
  quote,
  root,
  stable,
  temp,
  type Unit,
  use,
  write,
  writeBlock,
} from './unit.ts'

/** What prototypes hold under these names is no data: a read of them asks for an own field. */
const onEverything = new Set<string>(Object.getOwnPropertyNames(Object.prototype))

const builtin = new Set<string>(
  [Object.prototype, Array.prototype, String.prototype, Number.prototype, Boolean.prototype, BigInt.prototype]
    .concat([
      Uint8Array.prototype,
      Object.getPrototypeOf(Uint8Array.prototype),
      Float.prototype,
      new Float(0),
    ])
    .flatMap((holder) => Object.getOwnPropertyNames(holder))
    .concat(['text', 'value']),
)

export function emitPath(unit: Unit, path: Path): Code {
  const whole = wholeRoot(unit, path)
  if (whole !== undefined) return whole
  const { js: base, place } = begin(unit, path)
  forget(unit, pathKey(path))
  return walk(unit, { path, place, base }, checkedSteps)
}

/** A root by itself: a constant's value, a variable, or the failure that it has none. */
function wholeRoot(unit: Unit, path: Path): Code | undefined {
  const { root: from, segments } = path
  if (segments.length > 0) return undefined
  if (from.kind === 'name' && from.constant !== undefined) return emitLiteral(unit, from.constant)
  const { js, place } = begin(unit, path)
  forget(unit, pathKey(path))
  if (from.kind !== 'name') return stable(js)
  if (!hasValue(unit, from)) return guarded(unit, from, js, place)
  return stable(js, unit.arrays.has(js) ? 'array' : 'any')
}

function guarded(unit: Unit, from: PathRoot & { kind: 'name' }, js: string, place: string): Code {
  if (from.slot === undefined) return any(`${use(unit, 'unset')}(${place})`)
  const code = any(`(${js} !== undefined ? ${js} : ${use(unit, 'unset')}(${place}))`)
  unit.assigned.add(from.slot)
  return code
}

function hasValue(unit: Unit, from: PathRoot): boolean {
  return (
    from.kind !== 'name' ||
    from.constant !== undefined ||
    (from.slot !== undefined && unit.assigned.has(from.slot))
  )
}

interface Start {
  /** The variable the path starts from; of a name that is nothing here, `undefined`. */
  readonly js: string
  /** Its places, for failures. */
  readonly place: string
}

export function begin(unit: Unit, path: Path, outer: Span = path.span): Start {
  return { js: rootVariable(unit, path.root), place: constant(unit, placesOf(path, outer)) }
}

function rootVariable(unit: Unit, from: PathRoot): string {
  switch (from.kind) {
    case 'event':
    case 'meta':
    case 'state':
      return root(unit, from.kind)
    case 'args':
      return unit.kind === 'function' ? 'args' : 'frame.args'
    case 'window':
    case 'group':
      return unit.kind === 'function' ? 'null' : `frame.${from.kind}`
    case 'name':
      if (from.constant !== undefined) return constantOf(unit, from.constant)
      return from.slot === undefined ? 'undefined' : local(unit, from.slot)
  }
}

function constantOf(unit: Unit, value: Value): string {
  const { js } = emitLiteral(unit, value)
  return js === '{}' ? constant(unit, value) : js
}

const reaches: Record<PathRoot['kind'], Reach> = {
  event: 'event',
  meta: 'global',
  state: 'state',
  args: 'local',
  window: 'local',
  group: 'local',
  name: 'local',
}

function placesOf(path: Path, outer: Span): PathSite {
  const { root: from } = path
  return {
    at: { span: path.span, outer },
    reach: reaches[from.kind],
    root: from.kind === 'name' ? from.name : from.kind,
    rootAt: { span: from.span, outer },
    steps: path.segments.map((segment) => stepOf(segment, outer)),
  }
}

function stepOf(segment: Segment, outer: Span): Step {
  const at = { span: segment.span, outer }
  const read = constantStep(segment)
  if (typeof read === 'string') return { at, key: read }
  if (typeof read === 'number') return { at, index: read }
  if (segment.kind !== 'range') return { at }
  const { from, to } = segment
  return {
    at,
    bounds: [
      { span: from.span, outer },
      { span: to.span, outer },
    ],
  }
}

/** The key or index of a step that is known while compiling. */
export function constantStep(segment: Segment): string | number | undefined {
  if (segment.kind === 'key') return segment.name
  if (segment.kind === 'index') return segment.index
  if (segment.kind !== 'element' || segment.expr.kind !== 'literal') return undefined
  const { value } = segment.expr
  if (typeof value === 'string') return value
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/** `.name` on what may be anything: undefined unless it is a record that has the field. */
export function fieldRead(unit: Unit, js: string, key: string): string {
  if (builtin.has(key) && !onEverything.has(key) && !/^\d+$/.test(key)) {
    // Of plain records it is a read as any other.
    const held = temp(unit)
    return `((${held} = ${js})?.constructor === Object ? ${held}.${key} : ${use(unit, 'field')}(${held}, ${quote(key)}))`
  }
  // Texts, lists and bytes have elements under such keys.
  if (builtin.has(key) || /^\d+$/.test(key)) return `${use(unit, 'field')}(${js}, ${quote(key)})`
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${js}?.${key}` : `${js}?.[${quote(key)}]`
}

function indexRead(unit: Unit, js: string, index: number): string {
  if (unit.arrays.has(js)) return `${js}[${index}]`
  if (/^\w+$/.test(js)) return `(Array.isArray(${js}) ? ${js}[${index}] : undefined)`
  const held = temp(unit)
  return `(Array.isArray(${held} = ${js}) ? ${held}[${index}] : undefined)`
}

interface Walk {
  readonly path: Path
  readonly place: string
  readonly base: string
}

interface Steps {
  /** What is done with a chain of constant steps before a computed one, and at the end. */
  settle(unit: Unit, walk: Walk, chain: Chain): string
  computed(unit: Unit, walk: Walk, step: { readonly held: string; readonly at: number }): string
}

interface Chain {
  readonly js: string
  /** The variable it starts from, the step it starts at, and the one it stops before. */
  readonly base: string
  readonly from: number
  readonly to: number
}

function walk(unit: Unit, trip: Walk, steps: Steps): Code {
  const { segments } = trip.path
  let chain: Chain = { js: trip.base, base: trip.base, from: 0, to: 0 }
  segments.forEach((segment, at) => {
    const read = constantStep(segment)
    if (read !== undefined) {
      const js = typeof read === 'string' ? fieldRead(unit, chain.js, read) : indexRead(unit, chain.js, read)
      chain = { ...chain, js, to: at + 1 }
      return
    }
    const held = steps.computed(unit, trip, { held: steps.settle(unit, trip, chain), at })
    chain = { js: held, base: held, from: at + 1, to: at + 1 }
  })
  const js = steps.settle(unit, trip, chain)
  return chain.from === chain.to ? stable(js) : any(js)
}

const checkedSteps: Steps = {
  settle(unit, { path, place }, { js, base, from, to }) {
    if (from === to) {
      if (from > 0 || hasValue(unit, path.root)) return js
      return guarded(unit, path.root as PathRoot & { kind: 'name' }, js, place).js
    }
    const held = temp(unit)
    return `((${held} = ${js}) !== undefined ? ${held} : ${use(unit, 'failPath')}(${base}, ${place}, ${from}, ${to}))`
  },
  computed(unit, { path, place }, { held, at }) {
    const segment = path.segments[at]!
    const target = temp(unit)
    if (segment.kind === 'range') {
      write(unit, `${target} = ${use(unit, 'needArray')}(${held}, ${place}, ${at});`)
      write(unit, `${target} = ${rangeOf(unit, segment, { target, place, at, read: 'range' })};`)
    } else if (segment.kind === 'element') {
      const holder = unit.fixed.has(held) ? stable(held) : any(held)
      const [before, key] = operands(unit, [() => holder, () => expression(unit, segment.expr)])
      write(unit, `${target} = ${elementRead(unit, { held: before!.js, key: key!, target, place, at })};`)
    }
    return target
  },
}

interface ElementRead {
  readonly held: string
  readonly key: Code
  readonly target: string
  readonly place: string
  readonly at: number
}

/** Of what is known to be an array, a number that is an index of it needs no more questions; all else goes the long way. */
function elementRead(unit: Unit, { held, key, target, place, at }: ElementRead): string {
  const isArray = unit.arrays.has(held)
  const { js } = isArray ? pinned(unit, key) : key
  const read = `${use(unit, 'element')}(${held}, ${js}, ${place}, ${at})`
  return isArray
    ? `typeof ${js} === "number" && (${target} = ${held}[${js}]) !== undefined ? ${target} : ${read}`
    : read
}

interface RangeRead {
  /** The variable with the array. */
  readonly target: string
  readonly place: string
  readonly at: number
  readonly read: 'range' | 'peekRange'
}

/** Each bound is checked before the next one is evaluated. */
function rangeOf(
  unit: Unit,
  segment: Segment & { kind: 'range' },
  { target, place, at, read }: RangeRead,
): string {
  const bound = (expr: Expr, which: number) => () =>
    any(
      `${use(unit, 'bound')}(${expression(unit, expr).js}, ${target}, ${place}.steps[${at}].bounds[${which}])`,
    )
  const [from, to] = operands(unit, [bound(segment.from, 0), bound(segment.to, 1)])
  return `${use(unit, read)}(${target}, ${from!.js}, ${to!.js}, ${place}.steps[${at}].at)`
}

/** For `present`: the value or undefined. A computed key is evaluated only if there is something to look into. */
export function peekPath(unit: Unit, path: Path): string {
  const { js: base, place } = begin(unit, path)
  return walk(unit, { path, place, base }, peekedSteps).js
}

const peekedSteps: Steps = {
  settle: (_unit, _walk, chain) => chain.js,
  computed(unit, { path, place }, { held, at }) {
    const segment = path.segments[at]!
    const target = temp(unit)
    write(unit, `${target} = ${held};`)
    const inside = block(unit, () => {
      if (segment.kind === 'range') {
        write(unit, `${target} = ${rangeOf(unit, segment, { target, place, at, read: 'peekRange' })};`)
      } else if (segment.kind === 'element') {
        const key = expression(unit, segment.expr)
        write(unit, `${target} = ${use(unit, 'peek')}(${target}, ${key.js}, ${place}, ${at});`)
      }
    })
    if (segment.kind === 'range')
      writeBlock(unit, `if (!Array.isArray(${target})) ${target} = undefined; else`, inside)
    else writeBlock(unit, `if (${target} !== undefined)`, inside)
    return target
  },
}
