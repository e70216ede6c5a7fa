/** Text to tree. Never throws: what cannot be read is told, and the rest is read all the same. */
import type { Item, Query, Script, Statement } from '../ast.ts'
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
    const before = findings.length
    const sound: unknown[] = []
    for (const slice of statementSlices(tokens, kind)) {
      const tree = attempt(startRule, slice)
      if (tree !== undefined) {
        sound.push(tree)
        continue
      }
      for (const name of namesDeclared(tokens, slice)) broken.add(name)
      // The whole text knows more of what may follow than the statement alone.
      if (!tellsOfBadSpelling(slice)) findings.push(isWithin(first, slice) ? first! : failure!)
    }
    if (findings.length === before && lexed.findings.length === 0 && first !== undefined) findings.push(first)
    return sound
  }

  function isWithin(finding: Diagnostic | undefined, slice: Slice): boolean {
    const at = finding?.labels[0].span.start ?? -1
    return at >= tokens[slice.start]!.start && at <= tokens[slice.end]!.start
  }

  /** A statement with a misspelt word fails at or behind it; the misspelling is told already. */
  function tellsOfBadSpelling(slice: Slice): boolean {
    const from = tokens[slice.start]!.start
    const to = tokens[slice.end]!.end
    return lexed.findings.some(({ labels: [{ span }] }) => span.start >= from && span.start <= to)
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
