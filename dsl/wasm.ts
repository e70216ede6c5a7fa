/**
 * A small assembler for WebAssembly, for the loops over bytes that JavaScript is too slow for. A program is written in the words of its
 * instructions, as nested calls: `set(at, add(get(at), i32(1)))` (WebAssembly core specification 5.4 and 5.5).
 */

/** Instructions, with jumps by the names of what they jump to. */
export type Code = number | Frame | Jump | Each | readonly Code[]

interface Frame {
  readonly opens: number
  readonly label: string
  readonly body: readonly Code[]
}

interface Jump {
  readonly opcode: number
  readonly to: string
}

/** A vector of sixteen times the same byte. */
interface Each {
  readonly each: number
}

export type Local = number

/** A function from i32s to one i32. */
export interface Func {
  readonly name: string
  readonly params: number
  /** Locals behind the parameters: so many i32, then so many i64, then so many vectors. */
  readonly ints: number
  readonly longs?: number
  readonly vectors?: number
  readonly body: Code
}

export const byte = (char: string): number => char.charCodeAt(0)

export const get = (local: Local): Code => [0x20, local]
export const set = (local: Local, value: Code): Code => [value, 0x21, local]
export const i32 = (value: number): Code => [0x41, signed(value)]

export const add = (a: Code, b: Code): Code => [a, b, 0x6a]
export const sub = (a: Code, b: Code): Code => [a, b, 0x6b]
export const and = (a: Code, b: Code): Code => [a, b, 0x71]
export const or = (a: Code, b: Code): Code => [a, b, 0x72]
export const xor = (a: Code, b: Code): Code => [a, b, 0x73]
export const shiftLeft = (a: Code, b: Code): Code => [a, b, 0x74]
export const shiftRight = (a: Code, b: Code): Code => [a, b, 0x76]
export const trailingZeros = (a: Code): Code => [a, 0x68]
export const ones = (a: Code): Code => [a, 0x69]
export const not = (a: Code): Code => [a, 0x45]
export const equal = (a: Code, b: Code): Code => [a, b, 0x46]
export const differ = (a: Code, b: Code): Code => [a, b, 0x47]
/** Comparisons are unsigned. */
export const below = (a: Code, b: Code): Code => [a, b, 0x49]
export const above = (a: Code, b: Code): Code => [a, b, 0x4b]

export const load8 = (address: Code, offset = 0): Code => [address, 0x2d, 0, unsigned(offset)]
export const load32 = (address: Code, offset = 0): Code => [address, 0x28, 0, unsigned(offset)]
export const store8 = (address: Code, value: Code, offset = 0): Code => [
  address,
  value,
  0x3a,
  0,
  unsigned(offset),
]
export const store32 = (address: Code, value: Code, offset = 0): Code => [
  address,
  value,
  0x36,
  0,
  unsigned(offset),
]

/** Sixteen bytes at a time. */
export const load16 = (address: Code, offset = 0): Code => [address, 0xfd, 0, 0, unsigned(offset)]
export const store16 = (address: Code, value: Code, offset = 0): Code => [
  address,
  value,
  0xfd,
  0x0b,
  0,
  unsigned(offset),
]
export const each = (value: number): Code => ({ each: value })
export const eachEqual = (a: Code, b: Code): Code => [a, b, 0xfd, 0x23]
export const eachBelow = (a: Code, b: Code): Code => [a, b, 0xfd, 0x26]
export const eachSub = (a: Code, b: Code): Code => [a, b, 0xfd, 0x71]
export const eachOr = (a: Code, b: Code): Code => [a, b, 0xfd, 0x50]
/** Whether any bit is set. */
export const some = (a: Code): Code => [a, 0xfd, 0x53]
/** Bit n is the highest bit of byte n. */
export const bits = (a: Code): Code => [a, 0xfd, 0x64]

export const call = (index: number, ...args: readonly Code[]): Code => [args, 0x10, index]
export const finish = (value: Code): Code => [value, 0x0f]
export const when = (condition: Code, ...body: readonly Code[]): Code => [
  condition,
  { opens: 0x04, label: '', body },
]
/** `again(label)` inside begins it anew. */
export const loop = (label: string, ...body: readonly Code[]): Code => ({ opens: 0x03, label, body })
/** `again(label)` inside leaves it. */
export const block = (label: string, ...body: readonly Code[]): Code => ({ opens: 0x02, label, body })
export const again = (to: string): Code => ({ opcode: 0x0c, to })
export const againIf = (condition: Code, to: string): Code => [condition, { opcode: 0x0d, to }]
export const leave = again
export const leaveIf = againIf

/** The same over 64 bits. */
export const wide = (a: Code): Code => [a, 0xad]
export const i64 = (value: number): Code => [0x42, signed(value)]
export const and64 = (a: Code, b: Code): Code => [a, b, 0x83]
export const or64 = (a: Code, b: Code): Code => [a, b, 0x84]
export const xor64 = (a: Code, b: Code): Code => [a, b, 0x85]
export const add64 = (a: Code, b: Code): Code => [a, b, 0x7c]
export const sub64 = (a: Code, b: Code): Code => [a, b, 0x7d]
export const shiftLeft64 = (a: Code, b: Code): Code => [a, b, 0x86]
export const shiftRight64 = (a: Code, b: Code): Code => [a, b, 0x88]
export const below64 = (a: Code, b: Code): Code => [a, b, 0x54]
export const leadingZeros64 = (a: Code): Code => [a, 0x79, 0xa7]
/** Keeps the sign. */
export const spread64 = (a: Code, b: Code): Code => [a, b, 0x87]
export const trailingZeros64 = (a: Code): Code => [a, 0x7a, 0xa7]
export const ones64 = (a: Code): Code => [a, 0x7b, 0xa7]
export const some64 = (a: Code): Code => [a, 0x50, 0x45]

export interface Program {
  readonly bytes: Uint8Array
  readonly functions: Readonly<Record<string, (...args: number[]) => number>>
}

declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

/** The functions, over a memory of `pages` of 64 KiB; null where there is no WebAssembly, or it may not run. */
export function assemble(pages: number, functions: readonly Func[]): Program | null {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(pages, functions)))
    const { memory, ...others } = exports as { memory: { buffer: ArrayBuffer } } & Program['functions']
    return { bytes: new Uint8Array(memory.buffer), functions: others }
  } catch {
    return null
  }
}

const I32 = 0x7f
const I64 = 0x7e
const V128 = 0x7b

function moduleBytes(pages: number, functions: readonly Func[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ params }) => [0x60, params, ...Array<number>(params).fill(I32), 1, I32])
  const names = functions.map(({ name }, at) => [...text(name), 0, at])
  const bodies = functions.map(bodyBytes)
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(types)),
    ...section(3, list(functions.map((_, at) => [at]))),
    ...section(5, list([[0, ...unsigned(pages)]])),
    ...section(7, list([[...text('memory'), 2, 0], ...names])),
    ...section(10, list(bodies)),
  ])
}

/**
 * Vectors of one byte wait in locals behind the others: V8 puts a constant of sixteen bytes together wherever it stands, anew in every
 * round of a loop, which took a third of a scan.
 */
function bodyBytes({ params, ints, longs = 0, vectors = 0, body }: Func): number[] {
  const constants: number[] = []
  const places: Places = { constants, first: params + ints + longs + vectors, frames: [] }
  const code = flat(body, places)
  const prologue = constants.flatMap((value, at) => [
    ...[0xfd, 0x0c, ...Array<number>(16).fill(value)],
    ...[0x21, places.first + at],
  ])
  const count = vectors + constants.length
  return sized([3, ints, I32, longs, I64, count, V128, ...prologue, ...code, 0x0b])
}

interface Places {
  /** What the vectors of one byte hold; the first is the local `first`. */
  readonly constants: number[]
  readonly first: Local
  /** The labels around, the nearest first. */
  readonly frames: readonly string[]
}

/** Jumps count the frames they leave. */
function flat(code: Code, places: Places): number[] {
  if (typeof code === 'number') return [code]
  if ('opens' in code) {
    const inside = { ...places, frames: [code.label, ...places.frames] }
    return [code.opens, 0x40, ...code.body.flatMap((part) => flat(part, inside)), 0x0b]
  }
  if ('opcode' in code) {
    const depth = places.frames.indexOf(code.to)
    if (depth < 0) throw new Error(`no block is called "${code.to}"`)
    return [code.opcode, depth]
  }
  if ('each' in code) {
    if (!places.constants.includes(code.each)) places.constants.push(code.each)
    return [0x20, places.first + places.constants.indexOf(code.each)]
  }
  return code.flatMap((part) => flat(part, places))
}

const text = (name: string): number[] => sized([...name].map(byte))
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes]
const list = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()]
const section = (id: number, content: readonly number[]): number[] => [id, ...sized(content)]

/** LEB128 (5.2.2). */
function unsigned(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest]
    bytes.push((rest & 0x7f) | 0x80)
  }
}

function signed(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 0x7f
    if ((rest >> 7 === 0 && (low & 0x40) === 0) || (rest >> 7 === -1 && (low & 0x40) !== 0))
      return [...bytes, low]
    bytes.push(low | 0x80)
  }
}
