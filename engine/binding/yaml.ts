/** YAML as values with places: what a value is, and where in the file it and its key are written. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseAllDocuments,
  type Scalar,
} from 'yaml'
import { type Diagnostic, defineDiagnostic } from '#dsl/diagnostic.ts'
import { positionAt, type Source, type Span, spanOf } from '#dsl/source.ts'
import { Float } from '#dsl/value.ts'
import type { Path } from '../config.ts'
import { fillFromEnvironment, unresolved } from './env.ts'
import type { Env, Files } from './files.ts'

export const badYaml = defineDiagnostic({
  code: 'E0623',
  title: 'not YAML',
  explain:
    'The file is not well-formed YAML 1.2: indentation, quotes, brackets, a key written twice, an unknown tag, or an anchor that does not exist. Tabs cannot indent, and a text that begins with "{", "[", "*", "&", "!", "%" or "@" needs quotes.',
  wrong:
    'binding:\n  - id: main\n    links:\n      /onramp/http_in/{instance}/out: [/pipeline/system::passthrough/{instance}/in]',
  right:
    'binding:\n  - id: main\n    links:\n      /onramp/http_in/{instance}/out: ["/pipeline/system::passthrough/{instance}/in"]',
})

/** A value and where it is written. Maps keep their keys in order. */
export interface Written {
  readonly value: unknown
  /** Of blocks of several lines, the first line. */
  readonly span: Span
  /** The key it stands under. */
  readonly key?: Span
  /** It came out of `${…}`. */
  readonly textual: boolean
  readonly children?: ReadonlyMap<string | number, Written>
}

export interface ReadYaml {
  /** One for each document of the file. */
  readonly documents: readonly Written[]
  readonly findings: readonly Diagnostic[]
  /** Files that `${file:…}` read. */
  readonly files: readonly string[]
}

export function readYaml(source: Source, world: { readonly env: Env; readonly files: Files }): ReadYaml {
  const findings: Diagnostic[] = []
  const read: string[] = []
  const parsed = parseAllDocuments(source.text, {
    version: '1.2',
    merge: true,
    uniqueKeys: true,
    lineCounter: new LineCounter(),
    prettyErrors: false,
    keepSourceTokens: true,
  })
  const documents = [...parsed].map((document) => {
    findings.push(...errorsOf(document, source))
    const walker = new Walker(source, world, findings, read)
    return document.errors.length === 0 ? walker.walk(document.contents) : walker.walk(null)
  })
  return { documents, findings, files: read }
}

/** The place of a key or value below `root`, as near as there is one. */
export function placeOf(root: Written, path: Path, part: 'key' | 'value'): Span {
  let at = root
  for (const step of path) {
    const next = at.children?.get(step)
    if (next === undefined) return at.key ?? at.span
    at = next
  }
  return part === 'key' ? (at.key ?? at.span) : at.span
}

export function writtenAt(root: Written, ...path: Path): Written | undefined {
  let at: Written | undefined = root
  for (const step of path) at = at?.children?.get(step)
  return at
}

/** Values a file may hold once its aliases are written out: enough for any configuration, too few to hurt. */
const maxValues = 100_000
const maxDepth = 100

class Walker {
  readonly #source: Source
  readonly #world: { readonly env: Env; readonly files: Files }
  readonly #findings: Diagnostic[]
  readonly #read: string[]
  readonly #anchors = new Map<string, Node>()
  #left = maxValues

  constructor(
    source: Source,
    world: { readonly env: Env; readonly files: Files },
    findings: Diagnostic[],
    read: string[],
  ) {
    this.#source = source
    this.#world = world
    this.#findings = findings
    this.#read = read
  }

  walk(node: ParsedNode | Node | null, key?: Span, depth = 0): Written {
    const span = this.#spanOf(node) ?? key ?? spanOf(this.#source, 0, 0)
    const named = key === undefined ? {} : { key }
    if (node === null) return { value: null, span, ...named, textual: false }
    if (--this.#left < 0 || depth > maxDepth) {
      if (this.#left === -1 || depth === maxDepth + 1)
        this.#complain('The file holds too many values, or too deeply nested ones', span)
      this.#left = -1
      return { value: null, span, ...named, textual: false }
    }
    if (isAlias(node)) return this.#alias(node.source, span, named, depth)
    if ('anchor' in node && typeof node.anchor === 'string') this.#anchors.set(node.anchor, node)
    if (isMap(node)) return this.#map(node.items as never, span, named, depth)
    if (isSeq(node)) {
      const items = node.items.map((item) => this.walk(item as Node, undefined, depth + 1))
      const value = items.map((item) => item.value)
      return { value, span, ...named, textual: false, children: new Map(items.entries()) }
    }
    return isScalar(node) ? this.#scalar(node, span, named) : { value: null, span, ...named, textual: false }
  }

  #map(
    items: readonly { readonly key: Node; readonly value: Node | null }[],
    span: Span,
    named: object,
    depth: number,
  ): Written {
    const children = new Map<string, Written>()
    const merged: Written[] = []
    for (const { key, value } of items) {
      const keySpan = this.#spanOf(key) ?? span
      const name = isScalar(key) ? textOfKey(key) : undefined
      if (name === undefined) this.#complain('A key must be a text', keySpan)
      else if (name === '<<' && (isAlias(value) || isMap(value) || isSeq(value)))
        merged.push(this.walk(value, keySpan, depth + 1))
      else children.set(name, this.walk(value, keySpan, depth + 1))
    }
    for (const from of merged.flatMap((each) =>
      Array.isArray(each.value) ? [...(each.children?.values() ?? [])] : [each],
    )) {
      for (const [name, child] of from.children ?? [])
        if (!children.has(name as string)) children.set(name as string, child)
    }
    const value = Object.fromEntries([...children].map(([name, child]) => [name, child.value]))
    return { value, span, ...named, textual: false, children }
  }

  #alias(name: string, span: Span, named: object, depth: number): Written {
    const target = this.#anchors.get(name)
    if (target === undefined) {
      this.#complain(`There is no anchor "${name}" before this place`, span)
      return { value: null, span, ...named, textual: false }
    }
    return { ...this.walk(target, undefined, depth + 1), ...named }
  }

  #scalar(node: Scalar, span: Span, named: object): Written {
    if (typeof node.value !== 'string') return { value: numberOf(node), span, ...named, textual: false }
    const filled = fillFromEnvironment(node.value, { ...this.#world, from: this.#source.name })
    this.#read.push(...filled.files)
    for (const { message, help } of filled.problems)
      this.#complain(message, span, { code: unresolved.code, ...(help === undefined ? {} : { help }) })
    return { value: filled.text, span, ...named, textual: filled.changed }
  }

  #spanOf(node: Node | null): Span | undefined {
    const range = node?.range
    if (node === null || range === null || range === undefined) return undefined
    const [start, end] = range
    if (!isMap(node) && !isSeq(node)) return within(this.#source, start, end)
    const line = this.#source.text.slice(start, end).split('\n', 1)[0]!.trimEnd()
    return spanOf(this.#source, start, start + line.length)
  }

  #complain(
    message: string,
    span: Span,
    more: { readonly code?: string; readonly help?: string } = {},
  ): void {
    this.#findings.push({
      code: badYaml.code,
      severity: 'error',
      origin: 'temblor',
      message,
      labels: [{ span }],
      ...more,
    })
  }
}

function textOfKey(key: Scalar): string | undefined {
  if (typeof key.value === 'string') return key.value
  return key.value === null || key.value === undefined ? undefined : (key.source ?? String(key.value))
}

/** Numbers as the language has them: integers exact, floats with the text they were written as. */
function numberOf({ value, source }: Scalar): unknown {
  if (typeof value !== 'number' || !Number.isInteger(value)) return value
  if (source === undefined || /^[-+]?(\d+|0[xo][\da-f]+)$/i.test(source)) {
    return Number.isSafeInteger(value) || source === undefined ? value : BigInt(source.replace(/^\+/, ''))
  }
  return new Float(value, source)
}

/**
 * What is wrong with a document: keys written twice, and of other errors the first, since those behind it mostly follow
 * from it.
 */
function errorsOf(
  document: ReturnType<typeof parseAllDocuments>[number],
  source: Source,
): readonly Diagnostic[] {
  const { errors } = document
  const twice = errors.filter(({ code }) => code === 'DUPLICATE_KEY')
  const first = errors.find(({ code }) => code !== 'DUPLICATE_KEY')
  if (first === undefined) return twice.map((error) => notYaml(source, error))
  const unquoted = unquotedBraces(source, errors)
  return unquoted.length > 0 ? unquoted : [...twice, first].map((error) => notYaml(source, error))
}

/** An address or a value without quotes, with a placeholder or a variable in it. */
const withBraces =
  /(?<=[[{,:][ \t]*)(?:(?:tremor:\/\/[^\s/]*)?\/?(?:onramp|offramp|pipeline|binding)\/[^\s,"'\]]*\{[^\s,"'\]]*|[^\s,"'\][{}$]*(?:\$\{[^}\n]*\}[^\s,"'\]{}$]*)+)/g

/** Between brackets a brace begins a map, so placeholders and variables need quotes there: the mistake everybody makes. */
function unquotedBraces(
  source: Source,
  errors: readonly { readonly pos: readonly [number, number] }[],
): readonly Diagnostic[] {
  const broken = new Set(errors.map(({ pos }) => positionAt(source, pos[0]).line))
  const matches = [...source.text.matchAll(withBraces)].filter(
    ({ index }) => broken.has(positionAt(source, index).line) && isInBrackets(source.text, index),
  )
  return matches.map(({ 0: text, index }) => {
    const span = spanOf(source, index, index + text.length)
    return {
      code: badYaml.code,
      severity: 'error',
      origin: 'temblor',
      message: `Between brackets, ${text.includes('${') ? 'a value with a variable' : 'an address with a placeholder'} needs quotes`,
      labels: [{ span, message: 'YAML reads a map from the brace on' }],
      help: `Write "${text}"`,
      fix: [{ span, text: `"${text}"` }],
    }
  })
}

function isInBrackets(text: string, index: number): boolean {
  const before = text.slice(text.lastIndexOf('\n', index - 1) + 1, index)
  return before.split(/[[{]/).length > before.split(/[\]}]/).length
}

function notYaml(
  source: Source,
  error: { readonly message: string; readonly pos: [number, number]; readonly code: string },
): Diagnostic {
  const [start, end] = error.pos
  const message =
    error.code === 'DUPLICATE_KEY' ? 'A key is written twice' : `Not YAML: ${lowerFirst(error.message)}`
  const help =
    error.code === 'BAD_INDENT' && /flow/i.test(error.message)
      ? 'Is a bracket not closed?'
      : helps[error.code]
  return {
    code: badYaml.code,
    severity: 'error',
    origin: 'temblor',
    message,
    labels: [{ span: within(source, start, end) }],
    ...(help === undefined ? {} : { help }),
  }
}

const helps: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'Remove one of the two; of lists such as "onramp:" there is one, with all its items',
  TAB_AS_INDENT: 'Indent with spaces',
  BAD_INDENT: 'Keys of one map begin in one column',
  MULTILINE_IMPLICIT_KEY: 'Is a colon or a line break missing, or a quote not closed?',
}

/** The parser puts what is missing at the end one place behind it. */
function within(source: Source, start: number, end: number): Span {
  const from = Math.min(start, source.text.length)
  return spanOf(source, from, Math.min(Math.max(from, end), source.text.length))
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '')
}
