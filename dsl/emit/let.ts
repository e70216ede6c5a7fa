/** `let path = value`. Values are immutable: the records along the path are copied, unless this run has made them. */
import type { Let, Path, Segment } from '../ast.ts'
import { deliver, expression } from './expression.ts'
import { emitString } from './literal.ts'
import { below, forget, pathKey, rootKey } from './owned.ts'
import { begin, constantStep, fieldRead } from './path.ts'
import { linesAround } from './runtime/site.ts'
import {
  any,
  type Code,
  fieldName,
  local,
  pinned,
  quote,
  recordTest,
  root,
  site,
  stable,
  temp,
  type Unit,
  use,
  write,
} from './unit.ts'

/** The value of `let` is what was assigned. If it is `wanted`, what was assigned has a second owner. */
export function emitLet(unit: Unit, expr: Let, wanted: boolean): Code {
  const made = assigned(unit, expr)
  // What is assigned may be the variable that is assigned to: as the value of `let`, it is wanted as it was.
  const value = pinned(unit, made.js === variableOf(unit, expr.path) ? { ...made, stable: false } : made)
  const { root: to, segments } = expr.path
  const context = site(unit, expr.span, linesAround(expr.span, 2))
  if (isConstant(expr.path)) {
    const name = to.kind === 'name' ? to.name : to.kind
    write(unit, `${use(unit, 'assignToConst')}(${context}, ${quote(name)});`)
  } else if (segments.length > 0) {
    emitNested(unit, expr, value)
  } else if (to.kind === 'meta') {
    write(unit, `${use(unit, 'badAssign')}(${context});`)
  } else {
    emitDirect(unit, expr.path, value)
  }
  if (wanted) forget(unit, pathKey(expr.path))
  return { js: value.js, known: value.known, stable: true }
}

function isConstant({ root: to }: Path): boolean {
  if (to.kind === 'name') return to.constant !== undefined || to.slot === undefined
  return to.kind === 'args' || to.kind === 'window' || to.kind === 'group'
}

/** The right side is evaluated where `let` stands: a match there runs all of its effectors, and may emit. */
function assigned(unit: Unit, { value }: Let): Code {
  if (value.kind !== 'match' && value.kind !== 'for' && value.kind !== 'emit' && value.kind !== 'drop') {
    return expression(unit, value)
  }
  const name = temp(unit)
  deliver(unit, value, { to: 'variable', name })
  return stable(name)
}

function emitDirect(unit: Unit, path: Path, value: Code): void {
  forget(unit, rootKey(path))
  write(unit, `${target(unit, path)} = ${value.js};`)
  if (path.root.kind === 'name') unit.assigned.add(path.root.slot!)
  if (value.fresh === true) unit.owned.add(rootKey(path))
}

function variableOf(unit: Unit, { root: to }: Path): string | undefined {
  if (to.kind === 'name') return to.slot === undefined ? undefined : local(unit, to.slot)
  return to.kind === 'event' || to.kind === 'meta' || to.kind === 'state' ? root(unit, to.kind) : undefined
}

/** The variable of the root, and the frame's field, which outlives the run. */
function target(unit: Unit, path: Path): string {
  const name = variableOf(unit, path)!
  return unit.kind === 'function' || path.root.kind === 'name' ? name : `frame.${name} = ${name}`
}

/** A step of the way: the variable with the record it goes through, or undefined if that is new, and its key. */
interface Hop {
  readonly holder: string
  /** A constant key as it is, a computed one as the variable that has it. */
  readonly key: { readonly constant: string } | { readonly computed: string }
}

function emitNested(unit: Unit, expr: Let, value: Code): void {
  const { path } = expr
  const skipped = ownedDepth(unit, path)
  const inPlace = unit.owned.has(prefixOf(path, skipped))
  let holder = startOf(unit, expr)
  for (const segment of path.segments.slice(0, skipped)) {
    holder = fieldRead(unit, holder, constantStep(segment) as string)
  }
  if (skipped > 0) holder = pinned(unit, any(holder)).js
  const hops: Hop[] = []
  for (const segment of path.segments.slice(skipped)) {
    const before = hops.at(-1)
    if (before !== undefined) holder = pinned(unit, any(nextHolder(unit, before))).js
    // What this run has made there is a record.
    const known = before === undefined && inPlace
    hops.push(emitHop(unit, expr, { segment, holder, known, mayMiss: before !== undefined }))
  }
  forget(unit, pathKey(path))
  if (inPlace) putInPlace(unit, hops[0]!, copies(hops.slice(1), value))
  else write(unit, `${target(unit, path)} = ${copies(hops, value)};`)
  own(unit, path, value)
}

/** The variable of the root. A local must have a value before something can be put into it. */
function startOf(unit: Unit, { path, span }: Let): string {
  const start = begin(unit, path, span)
  const slot = path.root.kind === 'name' ? path.root.slot : undefined
  if (slot !== undefined && !unit.assigned.has(slot)) {
    write(unit, `if (${start.js} === undefined) ${use(unit, 'unset')}(${start.place});`)
    unit.assigned.add(slot)
  }
  return start.js
}

/** How many steps lead to the deepest record on the way that this run has made; 0 is the root. */
function ownedDepth(unit: Unit, path: Path): number {
  let deepest = 0
  for (let depth = 1; depth < path.segments.length; depth++) {
    if (typeof constantStep(path.segments[depth - 1]!) !== 'string') break
    if (unit.owned.has(prefixOf(path, depth))) deepest = depth
  }
  return deepest
}

/** The first steps of a path, which are constant keys. */
function prefixOf(path: Path, depth: number): string {
  const first = path.segments.slice(0, depth)
  return first.reduce((key, segment) => below(key, constantStep(segment) as string), rootKey(path))
}

interface Place {
  readonly segment: Segment
  readonly holder: string
  readonly known: boolean
  /** The holder may be undefined: it will be a new record. */
  readonly mayMiss: boolean
}

/** Evaluates the key, then sees that what holds it is a record or will be one. */
function emitHop(unit: Unit, expr: Let, { segment, holder, known, mayMiss }: Place): Hop {
  const step = constantStep(segment)
  if (typeof step === 'number' || segment.kind === 'range') {
    write(unit, `${use(unit, 'assignToArray')}(${site(unit, segment.span, expr.span)});`)
    return { holder, key: { constant: '' } }
  }
  const computed = segment.kind === 'element' && step === undefined
  const key = computed ? { computed: pinned(unit, emitString(unit, segment.expr)).js } : { constant: step! }
  if (known) return { holder, key }
  const missing = mayMiss ? `${holder} !== undefined && ` : ''
  const refused = `${use(unit, 'needRecord')}(${holder}, ${site(unit, segment.span, expr.span)})`
  write(unit, `if (${missing}!${recordTest(unit, holder)}) ${refused};`)
  return { holder, key }
}

function nextHolder(unit: Unit, { holder, key }: Hop): string {
  if ('constant' in key) return fieldRead(unit, holder, key.constant)
  return `${use(unit, 'field')}(${holder}, ${key.computed})`
}

/** The value inside copies of the records it goes into. */
function copies(hops: readonly Hop[], value: Code): string {
  return hops.reduceRight((js, { holder, key }) => {
    const name = 'constant' in key ? fieldName(key.constant) : `[${key.computed}]`
    return `{ ...${holder}, ${name}: ${js} }`
  }, value.js)
}

function putInPlace(unit: Unit, { holder, key }: Hop, js: string): void {
  if ('computed' in key) write(unit, `${use(unit, 'put')}(${holder}, ${key.computed}, ${js});`)
  else if (key.constant === '__proto__') write(unit, `${use(unit, 'put')}(${holder}, "__proto__", ${js});`)
  else write(unit, `${holder}[${quote(key.constant)}] = ${js};`)
}

/** The records on the way are this run's own now, and so is a value that was made for this. */
function own(unit: Unit, path: Path, value: Code): void {
  let key = rootKey(path)
  for (const segment of path.segments) {
    unit.owned.add(key)
    const step = constantStep(segment)
    if (typeof step !== 'string') return
    key = below(key, step)
  }
  if (value.fresh === true) unit.owned.add(key)
}
