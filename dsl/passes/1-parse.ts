/** Text to tree. Never throws: what cannot be read is told, and the rest is read all the same. */
import type { Item, Mod, Query, Script, Statement } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { createBuild } from '../grammar/build.ts'
import { deepest, longestChain, tooDeepAt } from '../grammar/depth.ts'
import { unexpected } from '../grammar/expected.ts'
import { tooDeep } from '../grammar/findings.ts'
import { type Lexed, lex } from '../grammar/lex.ts'
import { loadParser, type Parser } from '../grammar/load.ts'
import { namesDeclared, type Slice, statementSlices } from '../grammar/recover.ts'
import { encode, type Token } from '../grammar/tokens.ts'
import { type Source, spanOf } from '../source.ts'

export interface Parsed<T> {
  readonly tree: T
  readonly findings: readonly Diagnostic[]
  /** Names whose declaration could not be read: their absence is no second finding. */
  readonly broken: ReadonlySet<string>
  readonly lexed: Lexed
}

/** Parses a `.tremor` file. */
export function parseScript(source: Source): Parsed<Script> {
  const work = begin(source)
  const whole = work.attempt('Script', { start: 0, end: work.tokens.length - 1 })
  if (whole !== undefined) return work.done(whole as Script)
  const items = work.rest('LoneItem', 'script') as Item[]
  return work.done({ kind: 'script', items, span: spanOf(source, 0, source.text.length) })
}

/** Parses a `.trickle` file. */
export function parseQuery(source: Source): Parsed<Query> {
  const work = begin(source)
  const whole = work.attempt('Query', { start: 0, end: work.tokens.length - 1 })
  if (whole !== undefined) return work.done(whole as Query)
  const parts = work.rest('LoneStatement', 'query') as {
    config: Query['config']
    statement: Statement | null
  }[]
  return work.done({
    kind: 'query',
    config: parts.flatMap(({ config }) => config),
    statements: parts.flatMap(({ statement }) => statement ?? []),
    span: spanOf(source, 0, source.text.length),
  })
}

/** Parses a file that is used as a module, `.tremor` or `.trickle`: it holds what a `mod` may hold. */
export function parseModule(source: Source): Parsed<Mod['items']> {
  const work = begin(source)
  const whole = work.attempt('Module', { start: 0, end: work.tokens.length - 1 })
  return work.done((whole ?? work.rest('LoneModItem', isQuery(source) ? 'query' : 'script')) as Mod['items'])
}

function isQuery({ name }: Source): boolean {
  return name.endsWith('.trickle')
}

/** So many statements are searched for a forgotten semicolon: each costs a parse of its own. */
const mostCuts = 50

type Rule = Parameters<Parser['parse']>[1]['startRule']

function begin(source: Source) {
  const lexed = lex(source)
  const { tokens } = lexed
  const findings: Diagnostic[] = [...lexed.findings]
  const broken = new Set<string>()
  const deep = tooDeepAt(tokens)
  if (deep !== undefined) findings.push(tooDeepFinding(source, tokens[deep]!))
  let failure: Diagnostic | undefined
  return { tokens, attempt, rest, done }

  /** The tree of a slice by a rule; undefined if it does not parse, the reason being in `failure`. */
  function attempt(startRule: Rule, slice: Slice): unknown {
    if (deep !== undefined) return undefined
    const parser = loadParser()
    const part = tokens.slice(slice.start, slice.end)
    const input = encode([...part, { kind: '<end-of-stream>', start: 0, end: 0 }])
    try {
      return parser.parse(input, { startRule, build: createBuild(source, tokens, slice.start) })
    } catch (error) {
      if (error instanceof parser.SyntaxError) {
        failure = unexpected(source, tokens, error as never, slice.start)
        return undefined
      }
      if (!(error instanceof RangeError)) throw error
      failure = tooDeepFinding(source, tokens[slice.start]!)
      return undefined
    }
  }

  /** Reads statement by statement, with one finding for each that is broken. */
  function rest(startRule: Rule, kind: 'script' | 'query'): unknown[] {
    if (deep !== undefined) return []
    const first = failure
    const sound: unknown[] = []
    const slices = statementSlices(tokens, kind).reverse()
    let cuts = 0
    for (let slice = slices.pop(); slice !== undefined; slice = slices.pop()) {
      const tree = attempt(startRule, slice)
      if (tree !== undefined) {
        sound.push(tree)
        continue
      }
      // The whole text knows more of what may follow than the statement alone.
      const finding = isWithin(first, slice) ? first! : failure!
      if (!isMisspelt(slice, finding) && !isToldAt(finding)) findings.push(finding)
      const cut = cuts < mostCuts ? forgottenSemicolon(startRule, slice, failure!) : undefined
      cuts += 1
      if (cut === undefined) for (const name of namesDeclared(tokens, slice)) broken.add(name)
      else {
        sound.push(cut.tree)
        slices.push(cut.rest)
      }
    }
    if (findings.length === 0) findings.push(first!)
    return sound
  }

  /** Behind a word that was not expected, the rest may fail at the same word. */
  function isToldAt({ labels: [{ span }] }: Diagnostic): boolean {
    return findings.some(({ labels: [label] }) => label.span.start === span.start)
  }

  /** Where a statement reads well up to the word that was not expected, what stands before it is kept. */
  function forgottenSemicolon(startRule: Rule, slice: Slice, { labels: [{ span }] }: Diagnostic) {
    const at = tokens.findIndex((token) => token.start >= span.start)
    if (at <= slice.start || at >= slice.end || !mayBegin(at)) return undefined
    const tree = attempt(startRule, { start: slice.start, end: at })
    return tree === undefined ? undefined : { tree, rest: { start: at, end: slice.end } }
  }

  /** Words in the middle of a line begin a statement only if they can begin nothing else. */
  function mayBegin(at: number): boolean {
    if (source.text.slice(tokens[at - 1]!.end, tokens[at]!.start).includes('\n')) return true
    return ['let', 'fn', 'const', 'use', 'select', 'define', 'create'].includes(tokens[at]!.kind)
  }

  /** A statement with a misspelt word fails at or behind it; the misspelling is told already. */
  function isMisspelt(slice: Slice, { labels: [{ span }] }: Diagnostic): boolean {
    const from = tokens[slice.start]!.start
    return lexed.findings.some(
      ({ labels: [label] }) => label.span.start >= from && label.span.start <= span.end,
    )
  }

  function isWithin(finding: Diagnostic | undefined, slice: Slice): boolean {
    const at = finding?.labels[0].span.start ?? -1
    return at >= tokens[slice.start]!.start && at <= tokens[slice.end]!.start
  }

  function done<T>(tree: T): Parsed<T> {
    return { tree, findings, broken, lexed }
  }
}

function tooDeepFinding(source: Source, token: Token): Diagnostic {
  return {
    code: tooDeep.code,
    severity: 'error',
    origin: 'temblor',
    message: `Expression nested too deeply: at most ${deepest} levels and ${longestChain} operators in a row are read`,
    labels: [{ span: spanOf(source, token.start, token.end) }],
    help: 'Name parts of the expression with "let" or in functions',
  }
}
