/**
 * Looks at a JSON text, 64 bytes at a time, for what `JSON.parse` would lose or should not get. A loop in JavaScript costs more
 * than half of the parsing itself, this less than a tenth (`wasm.ts`); where there is no WebAssembly the rules of `json-care.ts`
 * do. Blocks of bytes become masks of bits, as in simdjson (Langdale and Lemire, "Parsing gigabytes of JSON per second").
 *
 * It takes the text for right: of a document with a mistake in it the answer may be anything.
 */
import {
  above,
  add,
  add64,
  again,
  againIf,
  and,
  and64,
  assemble,
  below,
  below64,
  bits,
  byte,
  type Code,
  each,
  eachBelow,
  eachEqual,
  eachOr,
  eachSub,
  equal,
  finish,
  get,
  i32,
  i64,
  leadingZeros64,
  load8,
  load16,
  loop,
  not,
  ones64,
  or,
  or64,
  type Program,
  set,
  shiftLeft64,
  shiftRight64,
  some,
  some64,
  spread64,
  store16,
  sub,
  sub64,
  trailingZeros64,
  when,
  wide,
  xor64,
} from './wasm.ts'

/** What a scan says of a text, as bits. */
export const seen = {
  /** A number that needs the exact reader. */
  number: 1,
  /** A byte beyond ASCII. */
  wide: 2,
  /** A backslash. */
  escape: 4,
  /** Nests deeper than `DEEP`, or may do so. */
  deep: 8,
} as const

/** Longer texts are not copied in. Three bytes for each UTF-16 unit, and what the loads run over. */
export const LONGEST = 256 * 1024
const PAGES = 13

/** The text begins here: a look back from its first byte stays in the memory. */
const START = 16

/** Levels; the count is of whole blocks, openings before closings, so it may be too high. */
const DEEP = 128

/** Digits of a number that a double holds, whatever they are. */
const SAFE_DIGITS = 15

/** Bytes looked at in one go: as many as an i64 has bits. */
const BLOCK = 64
const PARTS = [0, 16, 32, 48]

/** Locals: the end of the text (the argument), then i32s. RUN is how many digits the block before ended with. */
const [END, AT, CURSOR, FIRST, SEEN, DEPTH, RUN] = [0, 1, 2, 3, 4, 5, 6]
/** i64s, a bit for each byte of the block. Those from INSIDE on are carried from block to block. */
const [QUOTES, SLASHES, ESCAPED, DIGITS, FOUND, INSIDE, AFTER_SLASH, AFTER_DIGIT] = [
  7, 8, 9, 10, 11, 12, 13, 14,
]
const ANY = 15
const PART = [16, 17, 18, 19]

const char = (offset = 0): Code => load8(get(CURSOR), offset)
const charIs = (is: string, offset = 0): Code => equal(char(offset), i32(byte(is)))
const isDigit = (code: Code): Code => below(sub(code, i32(48)), i32(10))
const move = (by: number): Code => set(CURSOR, add(get(CURSOR), i32(by)))
const mark = (what: number): Code => set(SEEN, or(get(SEEN), i32(what)))

/** The block as bits, by a test of sixteen bytes. */
const bitsOf = (test: (part: Code) => Code): Code =>
  PARTS.map((offset, at) => shiftLeft64(wide(bits(test(get(PART[at]!)))), i64(offset))).reduce(or64)
const is = (char: string) => (part: Code) => eachEqual(part, each(byte(char)))
/** Two characters that differ by one bit: "[" and "{", "E" and "e". */
const isEither = (char: string) => (part: Code) => eachEqual(eachOr(part, each(0x20)), each(byte(char)))
const inverse = (code: Code): Code => xor64(code, i64(-1))
const outside = (found: Code): Code => and64(found, inverse(get(QUOTES)))

const everyOther = or64(wide(i32(0x55555555)), shiftLeft64(wide(i32(0x55555555)), i64(32)))

/** Bytes behind a backslash that is not behind one itself. A row of backslashes is a number to which its first bit is added. */
const findEscaped: Code = [
  set(SLASHES, and64(get(SLASHES), inverse(get(AFTER_SLASH)))),
  set(ESCAPED, or64(shiftLeft64(get(SLASHES), i64(1)), get(AFTER_SLASH))),
  set(FOUND, and64(get(SLASHES), and64(inverse(everyOther), inverse(get(ESCAPED))))),
  set(FOUND, add64(get(FOUND), get(SLASHES))),
  set(AFTER_SLASH, wide(below64(get(FOUND), get(SLASHES)))),
  set(ESCAPED, and64(xor64(everyOther, shiftLeft64(get(FOUND), i64(1))), get(ESCAPED))),
]

const doubled = (by: number): Code => set(QUOTES, xor64(get(QUOTES), shiftLeft64(get(QUOTES), i64(by))))

/** Bit n of QUOTES: byte n is inside a string. INSIDE is -1 if the block begins in one. */
const findStrings: Code = [
  set(QUOTES, bitsOf(is('"'))),
  // Most blocks have none: then a look at all of them at once is enough.
  when(
    or(some(PART.map(get).map(is('\\')).reduce(eachOr)), some64(get(AFTER_SLASH))),
    mark(seen.escape),
    set(SLASHES, bitsOf(is('\\'))),
    findEscaped,
    set(QUOTES, and64(get(QUOTES), inverse(get(ESCAPED)))),
  ),
  [1, 2, 4, 8, 16, 32].map(doubled),
  set(QUOTES, xor64(get(QUOTES), get(INSIDE))),
  set(INSIDE, spread64(get(QUOTES), i64(63))),
]

const findDepth: Code = [
  set(DEPTH, add(get(DEPTH), ones64(outside(bitsOf(isEither('{')))))),
  when(above(get(DEPTH), i32(DEEP)), mark(seen.deep)),
  set(DEPTH, sub(get(DEPTH), ones64(outside(bitsOf(isEither('}')))))),
]

const halved = (by: number): Code => set(FOUND, and64(get(FOUND), shiftRight64(get(FOUND), i64(by))))

/** Alarm for exponents, and for rows of too many digits, within the block or over its start. */
const findDigits: Code = [
  set(DIGITS, outside(bitsOf((part) => eachBelow(eachSub(part, each(48)), each(10))))),
  set(FOUND, or64(shiftLeft64(get(DIGITS), i64(1)), get(AFTER_DIGIT))),
  set(FOUND, and64(get(FOUND), bitsOf(isEither('e')))),
  when(some64(get(FOUND)), mark(seen.number)),
  set(FOUND, get(DIGITS)),
  [1, 2, 4, 8].map(halved),
  when(some64(get(FOUND)), mark(seen.number)),
  when(above(add(get(RUN), trailingZeros64(inverse(get(DIGITS)))), i32(SAFE_DIGITS)), mark(seen.number)),
  set(RUN, leadingZeros64(inverse(get(DIGITS)))),
  set(AFTER_DIGIT, shiftRight64(get(DIGITS), i64(63))),
]

const skipDigits: Code = loop('digits', when(isDigit(char()), move(1), again('digits')))

/** The cursor stands at a point: alarm for a fraction that ends in 0 or begins with 00000, and for too many digits on both sides. */
const checkFraction: Code = [
  set(FIRST, get(CURSOR)),
  loop('before', set(FIRST, sub(get(FIRST), i32(1))), againIf(isDigit(load8(get(FIRST))), 'before')),
  move(1),
  when(
    and(and(charIs('0'), charIs('0', 1)), and(and(charIs('0', 2), charIs('0', 3)), charIs('0', 4))),
    mark(seen.number),
  ),
  skipDigits,
  when(equal(load8(sub(get(CURSOR), i32(1))), i32(48)), mark(seen.number)),
  // The byte before the first digit and the point are no digits.
  when(above(sub(get(CURSOR), get(FIRST)), i32(SAFE_DIGITS + 2)), mark(seen.number)),
]

/** Alarm for "-0" that is not followed by a fraction. */
const checkMinus: Code = when(and(and(charIs('-'), charIs('0', 1)), not(charIs('.', 2))), mark(seen.number))

const checkSigns: Code = [
  set(FOUND, outside(bitsOf((part) => eachOr(is('.')(part), is('-')(part))))),
  loop(
    'sign',
    when(
      some64(get(FOUND)),
      set(CURSOR, add(get(AT), trailingZeros64(get(FOUND)))),
      set(FOUND, and64(get(FOUND), sub64(get(FOUND), i64(1)))),
      checkMinus,
      when(charIs('.'), checkFraction),
      again('sign'),
    ),
  ),
]

const body: Code = [
  // Loads run over the end: what an earlier text left there is no part of this one.
  PARTS.map((offset) => store16(get(END), each(0), offset)),
  set(AT, i32(START)),
  loop(
    'block',
    PART.map((local, at) => set(local, load16(get(AT), PARTS[at]!))),
    set(ANY, PART.map(get).reduce(eachOr, get(ANY))),
    findStrings,
    findDepth,
    findDigits,
    checkSigns,
    set(AT, add(get(AT), i32(BLOCK))),
    againIf(below(get(AT), get(END)), 'block'),
  ),
  when(bits(get(ANY)), mark(seen.wide)),
  finish(get(SEEN)),
  i32(0),
]

interface Scanner {
  /** Where texts are put. */
  readonly inlet: Uint8Array
  /** Puts a text there, as UTF-8, and says how many bytes it has. */
  readonly put: (text: string) => number
  readonly scan: (end: number) => number
}

const encoder = new TextEncoder()
let scanner: Scanner | null | undefined

function load(): Scanner | null {
  const program: Program | null = assemble(PAGES, [
    { name: 'scan', params: 1, ints: 6, longs: 8, vectors: 5, body },
  ])
  if (program === null) return null
  const inlet = program.bytes.subarray(START)
  return { inlet, put: putter(inlet), scan: program.functions['scan']! }
}

interface Utf8Writer extends Uint8Array {
  utf8Write?(text: string, at: number, most: number): number
}

/** Node's buffers put a text into memory in half the time, since nothing is made to say how much was written. */
function putter(inlet: Uint8Array): Scanner['put'] {
  const { Buffer } = globalThis as { Buffer?: { from(memory: unknown, at: number): Utf8Writer } }
  const buffer = Buffer?.from(inlet.buffer, inlet.byteOffset)
  return buffer?.utf8Write === undefined
    ? (text) => encoder.encodeInto(text, inlet).written
    : (text) => buffer.utf8Write!(text, 0, inlet.length)
}

/** What is to be seen in the text of a document, as bits of `seen`; undefined if that cannot be found out this way. */
export function scanText(text: string): number | undefined {
  if (scanner === undefined) scanner = load()
  if (scanner === null || text.length > LONGEST) return undefined
  return scanner.scan(START + scanner.put(text))
}

/** The same for its bytes, which need not be UTF-8. */
export function scanBytes(bytes: Uint8Array): number | undefined {
  if (scanner === undefined) scanner = load()
  if (scanner === null || bytes.length > LONGEST) return undefined
  scanner.inlet.set(bytes)
  return scanner.scan(START + bytes.length)
}
