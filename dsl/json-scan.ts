/**
 * Looks at every number of a JSON text, 16 bytes at a time, for what `JSON.parse` would lose. A loop in JavaScript costs
 * more than half of the parsing itself, this a tenth. It is a small WebAssembly program, written out below in the words of
 * its instructions; where there is no WebAssembly the rules of `json-care.ts` do.
 *
 * A number begins at a digit or "-" after one of `: , [` or a blank. Where such a thing stands inside a string, the answer
 * may be a false alarm; it is never a false all-clear.
 */

/** Longer texts are not copied in; the slower rules do. Three bytes for each UTF-16 unit, and what the loads run over. */
const LONGEST = 256 * 1024
const PAGES = 13

/** How far loads read beyond the text. */
const OVERRUN = 20

/** The text begins here, after a blank that stands before a number at its very start. */
const START = 16

type Code = readonly number[]

const byte = (text: string): number => text.charCodeAt(0)
const get = (local: number): Code => [0x20, local]
const set = (local: number): Code => [0x21, local]
const constant = (value: number): Code => [0x41, ...signed(value)]
const vector = (value: number): Code => [0xfd, 0x0c, ...Array<number>(16).fill(value)]
const loadByte = (offset = 0): Code => [0x2d, 0, offset]
const loadVector = (offset = 0): Code => [0xfd, 0, 0, offset]
const code = (...parts: readonly Code[]): Code => parts.flat()
const loop = (...body: readonly Code[]): Code => [0x03, 0x40, ...body.flat(), 0x0b]
const when = (...body: readonly Code[]): Code => [0x04, 0x40, ...body.flat(), 0x0b]

const ADD: Code = [0x6a]
const SUBTRACT: Code = [0x6b]
const AND: Code = [0x71]
const OR: Code = [0x72]
const EQUAL: Code = [0x46]
const BELOW: Code = [0x49]
const ABOVE: Code = [0x4b]
const TRAILING_ZEROS: Code = [0x68]
const EACH_EQUAL: Code = [0xfd, 0x23]
const EACH_BELOW: Code = [0xfd, 0x26]
const EACH_SUBTRACT: Code = [0xfd, 0x71]
const EACH_AND: Code = [0xfd, 0x4e]
const EACH_OR: Code = [0xfd, 0x50]
const BITS: Code = [0xfd, 0x64]
const REPEAT_IF: Code = [0x0d, 0]
const REPEAT_OUTER: Code = [0x0c, 1]
const RETURN: Code = [0x0f]

/** Locals: the end of the text (the argument), where we are, number starts as bits, a cursor, its start, digits, two vectors. */
const [END, AT, STARTS, CURSOR, FIRST, DIGITS, HERE, NEXT] = [0, 1, 2, 3, 4, 5, 6, 7]

const isEach = (local: number, char: string): Code => code(get(local), vector(byte(char)), EACH_EQUAL)
const isDigit: Code = code(get(CURSOR), loadByte(), constant(48), SUBTRACT, constant(10), BELOW)
const forward: Code = code(get(CURSOR), constant(1), ADD, set(CURSOR))
const skipDigits: Code = loop(isDigit, when(forward, REPEAT_OUTER))
const charIs = (char: string, offset = 0): Code =>
  code(get(CURSOR), loadByte(offset), constant(byte(char)), EQUAL)
const alarm: Code = code(constant(1), RETURN)

/** Bit n: byte n+1 of the sixteen begins a number. */
const findStarts: Code = code(
  isEach(HERE, ':'),
  isEach(HERE, ','),
  EACH_OR,
  isEach(HERE, '['),
  EACH_OR,
  get(HERE),
  vector(0x21),
  EACH_BELOW,
  EACH_OR,
  get(NEXT),
  vector(48),
  EACH_SUBTRACT,
  vector(10),
  EACH_BELOW,
  isEach(NEXT, '-'),
  EACH_OR,
  EACH_AND,
  BITS,
  set(STARTS),
)

/** The cursor stands at the start of a number: alarm for -0, a fraction that ends in 0 or begins with 00000, an exponent, more than 15 digits. */
const checkNumber: Code = code(
  charIs('-'),
  when(
    forward,
    charIs('0'),
    get(CURSOR),
    loadByte(1),
    constant(byte('.')),
    EQUAL,
    constant(0),
    EQUAL,
    AND,
    when(alarm),
  ),
  get(CURSOR),
  set(FIRST),
  skipDigits,
  get(CURSOR),
  get(FIRST),
  SUBTRACT,
  set(DIGITS),
  charIs('.'),
  when(
    forward,
    code(charIs('0'), charIs('0', 1), AND, charIs('0', 2), AND, charIs('0', 3), AND, charIs('0', 4), AND),
    when(alarm),
    skipDigits,
    get(CURSOR),
    get(FIRST),
    SUBTRACT,
    constant(1),
    SUBTRACT,
    set(DIGITS),
    code(get(CURSOR), constant(1), SUBTRACT, loadByte(), constant(48), EQUAL),
    when(isEnd(), when(alarm)),
  ),
  code(get(CURSOR), loadByte(), constant(0x20), OR, constant(byte('e')), EQUAL),
  when(
    code(get(CURSOR), loadByte(1), constant(48), SUBTRACT, constant(10), BELOW),
    code(charIs('-', 1), OR, charIs('+', 1), OR),
    when(alarm),
  ),
  get(DIGITS),
  constant(15),
  ABOVE,
  when(isEnd(), when(alarm)),
)

/** What can stand after a number: a comma, a closing bracket, a blank, the end. */
function isEnd(): Code {
  return code(
    charIs(','),
    code(charIs(']'), OR, charIs('}'), OR),
    code(get(CURSOR), loadByte(), constant(0x21), BELOW, OR),
  )
}

const body: Code = code(
  constant(START - 1),
  set(AT),
  loop(
    code(get(AT), loadVector(), set(HERE), get(AT), loadVector(1), set(NEXT)),
    findStarts,
    loop(
      get(STARTS),
      when(
        code(get(AT), get(STARTS), TRAILING_ZEROS, ADD, constant(1), ADD, set(CURSOR)),
        code(get(STARTS), get(STARTS), constant(1), SUBTRACT, AND, set(STARTS)),
        checkNumber,
        REPEAT_OUTER,
      ),
    ),
    code(get(AT), constant(16), ADD, set(AT), get(AT), get(END), BELOW, REPEAT_IF),
  ),
  constant(0),
)

/** Signed LEB128, WebAssembly core specification 5.2.2. */
function signed(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 0x7f
    const last = (rest >> 7 === 0 && (low & 0x40) === 0) || (rest >> 7 === -1 && (low & 0x40) !== 0)
    bytes.push(last ? low : low | 0x80)
    if (last) return bytes
  }
}

function sized(bytes: Code): number[] {
  const size: number[] = []
  for (let rest = bytes.length; ; rest >>>= 7) {
    size.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80)
    if (rest < 0x80) return [...size, ...bytes]
  }
}

const name = (text: string): number[] => sized([...text].map(byte))
const section = (id: number, content: Code): number[] => [id, ...sized(content)]

/** One memory and one function from i32 to i32 (WebAssembly core specification 5.5). */
function moduleBytes(): Uint8Array<ArrayBuffer> {
  const [I32, V128] = [0x7f, 0x7b]
  const locals = [2, 5, I32, 2, V128]
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 1, I32, 1, I32]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, PAGES]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('scan'), 0, 0]),
    ...section(10, [1, ...sized([...locals, ...body, 0x0b])]),
  ])
}

/** What is used of the platform here: browsers and Node have it alike. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (
    module: object,
  ) => {
    readonly exports: {
      readonly memory: { readonly buffer: ArrayBuffer }
      readonly scan: (end: number) => number
    }
  }
}

interface Scanner {
  readonly bytes: Uint8Array
  /** Where texts are put. */
  readonly inlet: Uint8Array
  readonly scan: (end: number) => number
}

const encoder = new TextEncoder()
let scanner: Scanner | null | undefined

function load(): Scanner | null {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()))
    const bytes = new Uint8Array(exports.memory.buffer)
    bytes[START - 1] = 0x20
    return { bytes, inlet: bytes.subarray(START), scan: exports.scan }
  } catch {
    // No WebAssembly here, or not allowed to run: the answer is "do not know".
    return null
  }
}

/** Whether a number of the text needs the exact reader; undefined if that cannot be found out this way. */
export function numbersNeedCare(text: string): boolean | undefined {
  if (scanner === undefined) scanner = load()
  if (scanner === null || text.length > LONGEST) return undefined
  const { bytes, inlet, scan } = scanner
  const end = START + encoder.encodeInto(text, inlet).written
  // Loads run over the end of the text: what an earlier one left there is no part of this one.
  for (let at = end; at < end + OVERRUN; at++) bytes[at] = 0
  return scan(end) !== 0
}
