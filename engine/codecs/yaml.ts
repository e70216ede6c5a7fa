import {
  Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type ScalarTag,
  visit,
} from 'yaml'
import { fromUtf8 } from '#dsl/bytes.ts'
import { put } from '#dsl/emit/runtime/records.ts'
import { integer, printNumber, readNumber } from '#dsl/number.ts'
import { Float, float, type Rec, type Value } from '#dsl/value.ts'
import { CodecError, defineCodec } from '../codec.ts'

const maxBytes = 1_048_576
const maxAliases = 100
const maxDepth = 128
/** Values that aliases may add to what is written: a few aliases of large parts are a bomb too. */
const maxCopies = 100_000

export default defineCodec({
  doc: `YAML 1.2, the core schema, one document of at most 1 MiB. Integers are exact; numbers keep their text as in JSON; \`!!binary\`
is bytes. At most ${maxAliases} aliases; no merge keys; a key that is written twice is an error.`,
  mime: ['application/yaml'],
  structured: true,
  examples: [
    { bytes: 'snot: badger\n', value: '{"snot":"badger"}' },
    {
      bytes: 'a:\n  - 1\n  - 1.0\n  - 12345678901234567890\n  - "1"\n  - null\n',
      value: '{"a":[1,1.0,12345678901234567890,"1",null]}',
    },
    {
      bytes: 'base: &b {x: 0x1f}\ncopy: *b\nyes: no\n',
      value: '{"base":{"x":31},"copy":{"x":31},"yes":"no"}',
      decodeOnly: true,
    },
  ],
  decode(bytes) {
    if (bytes.length > maxBytes)
      throw new CodecError(`Cannot decode YAML: ${bytes.length} bytes are more than 1 MiB`)
    const text = fromUtf8(bytes)
    if (text === undefined) throw new CodecError('Cannot decode YAML: it is not valid UTF-8')
    return withinStack('decode', () => decode(text))
  },
  encode: (value) => withinStack('encode', () => encode(value)),
})

function decode(text: string): Value {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    intAsBigInt: true,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    // Looked for by the reader: the library compares every key with every other.
    uniqueKeys: false,
  })
  const error = document.errors[0] ?? document.warnings[0]
  if (error !== undefined) throw wrong(ourWords[error.code] ?? error.message.split('\n', 1)[0]!, error.pos[0])
  return new Reader(document as Document, wrong).read(document.contents as Node | null, 0)

  function wrong(message: string, at: number): CodecError {
    const { line, col } = lines.linePos(at)
    return new CodecError(`Cannot decode YAML: ${message.replace(/\.$/, '')}, at line ${line}, column ${col}`)
  }
}

/** Where the library speaks to a programmer, or of its stack. */
const ourWords: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'it holds more than one document',
  RESOURCE_EXHAUSTION: 'it nests too deep',
}

/** Nodes to values: aliases written out, within the limits. */
class Reader {
  readonly #document: Document
  readonly #wrong: (message: string, at: number) => CodecError
  #aliases = 0
  #copying = 0
  #copies = 0

  constructor(document: Document, wrong: (message: string, at: number) => CodecError) {
    this.#document = document
    this.#wrong = wrong
  }

  read(node: Node | null, depth: number): Value {
    if (node === null) return null
    const at = node.range?.[0] ?? 0
    if (this.#copying > 0 && ++this.#copies > maxCopies)
      throw this.#wrong('the aliases stand for too many values', at)
    if (depth > maxDepth) throw this.#wrong(`it nests deeper than ${maxDepth} levels`, at)
    if (isAlias(node)) return this.#alias(node, at, depth)
    if (isSeq(node)) return node.items.map((item) => this.read(item as Node | null, depth + 1))
    if (isMap(node)) {
      const record: Rec = {}
      for (const { key, value } of node.items) {
        const name = this.#key(key as Node | null)
        if (Object.hasOwn(record, name))
          throw this.#wrong(`the key ${JSON.stringify(name)} is written twice`, (key as Node).range![0])
        put(record, name, this.read(value as Node | null, depth + 1))
      }
      return record
    }
    if (isScalar(node)) return this.#scalar(node.value, node.source, at)
    throw this.#wrong('this kind of node has no value', at)
  }

  #alias(node: Node & { resolve(document: Document): Node | undefined }, at: number, depth: number): Value {
    if (++this.#aliases > maxAliases) throw this.#wrong(`it holds more than ${maxAliases} aliases`, at)
    const target = node.resolve(this.#document)
    if (target === undefined) throw this.#wrong('an alias stands for nothing', at)
    this.#copying++
    const value = this.read(target, depth + 1)
    this.#copying--
    return value
  }

  #key(node: Node | null): string {
    if (node === null) return 'null'
    if (isAlias(node)) return this.#key(node.resolve(this.#document) ?? null)
    if (isScalar(node))
      return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
    throw this.#wrong('a list or map cannot be a key', node.range?.[0] ?? 0)
  }

  #scalar(value: unknown, source: string | undefined, at: number): Value {
    if (typeof value === 'bigint') {
      const whole = integer(value)
      if (whole === undefined) throw this.#wrong('an integer needs more than 64 bits', at)
      return whole
    }
    if (typeof value !== 'number') return value as Value
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(source ?? '')) return float(value)
    const number = readNumber(source!)
    if (number === undefined) throw this.#wrong('a number is out of range', at)
    return number
  }
}

/** Floats print with the text they came with, or so that they read as floats again. */
const floats: ScalarTag = {
  identify: (value) => value instanceof Float,
  default: true,
  tag: 'tag:yaml.org,2002:float',
  resolve: (text) => text,
  test: /(?!)/,
  stringify: ({ value }) => printNumber(value as Float),
}

function encode(value: Value): string {
  const document = new Document(value, {
    version: '1.2',
    schema: 'core',
    customTags: (tags) => [floats, 'binary', ...tags],
    aliasDuplicateObjects: false,
  })
  // Text would be folded at blanks otherwise, and binary data be written as a block.
  visit(document, {
    Scalar: (_, node) => void (node.value instanceof Uint8Array && (node.type = 'QUOTE_DOUBLE')),
  })
  return document.toString({ lineWidth: 0 })
}

/** The library goes down into a document by recursion. */
function withinStack<T>(verb: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError) throw new CodecError(`Cannot ${verb} YAML: it nests too deep`)
    throw error
  }
}
