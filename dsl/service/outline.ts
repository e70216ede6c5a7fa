/** What a text declares, read from its words alone: an editor asks while the text is broken. */
import { lex } from '../grammar/lex.ts'
import type { Token } from '../grammar/tokens.ts'
import { type Source, type Span, spanOf } from '../source.ts'

export type DeclaredKind =
  | 'function'
  | 'constant'
  | 'module'
  | 'local'
  | 'window'
  | 'operator'
  | 'script'
  | 'stream'

export interface Declared {
  readonly kind: DeclaredKind
  readonly name: string
  /** Of the name. */
  readonly span: Span
  /** As it would be written where it is used: `f(a, b)`. */
  readonly detail: string
  readonly doc?: string
  /** A node that was created, not defined. */
  readonly created?: boolean
}

export interface Outline {
  readonly tokens: readonly Token[]
  /** In the order of the text. */
  readonly declared: readonly Declared[]
  /** What `use` brought in: the path of a module by the name it goes by. */
  readonly uses: ReadonlyMap<string, readonly string[]>
}

export function outlineOf(source: Source): Outline {
  const { tokens } = lex(source)
  const declared: Declared[] = []
  const uses = new Map<string, readonly string[]>()
  for (let at = 0; at < tokens.length; at++) {
    const { kind } = tokens[at]!
    if (kind === 'use') readUse(at + 1)
    else if (kind === 'let' && !isStep(at + 2)) declare('local', at + 1)
    else if (kind === 'const') declare('constant', at + 1)
    else if (kind === 'mod') declare('module', at + 1)
    else if (kind === 'fn') readFn(at)
    else if (kind === 'case') readCase(at + 1)
    else if (kind === 'define') readDefine(at + 1)
    else if (kind === 'create') readCreate(at + 1)
  }
  return { tokens, declared, uses }

  function declare(kind: DeclaredKind, at: number, more: Partial<Declared> = {}): void {
    const token = tokens[at]
    if (token?.kind !== '<ident>') return
    const name = token.value as string
    declared.push({ kind, name, span: spanOf(source, token.start, token.end), detail: name, ...more })
  }

  /** A path goes on here: it puts something into what is there already. */
  function isStep(at: number): boolean {
    return tokens[at]?.kind === '.' || tokens[at]?.kind === '['
  }

  function readUse(at: number): void {
    const path = namesFrom(tokens, at)
    if (path.length === 0) return
    const behind = at + 2 * path.length - 1
    const alias = tokens[behind]?.kind === 'as' ? tokens[behind + 1]?.value : undefined
    uses.set(typeof alias === 'string' ? alias : path.at(-1)!, path)
  }

  function readFn(at: number): void {
    const params: string[] = []
    let end = at + 3
    for (; tokens[end] !== undefined && tokens[end]!.kind !== ')' && end < at + 200; end++) {
      const { kind, value } = tokens[end]!
      if (kind === '<ident>') params.push(value as string)
      else if (kind === '.' && params.at(-1) !== '...') params.push('...')
    }
    const name = tokens[at + 1]?.value
    const doc = docBefore(tokens, tokens[at - 1]?.kind === 'intrinsic' ? at - 1 : at)
    declare('function', at + 1, {
      detail: `${name}(${params.join(', ')})`,
      ...(doc === undefined ? {} : { doc }),
    })
    for (let param = at + 3; param < end; param++) declare('local', param)
  }

  /** `case name = …`, `case (key, value)`, up to the arrow. */
  function readCase(at: number): void {
    for (let here = at; here < at + 200; here++) {
      const kind = tokens[here]?.kind
      if (kind === undefined || kind === '=>' || kind === 'when') return
      const isPair = kind === '<ident>' && here <= at + 3 && tokens[at]!.kind === '('
      if (kind === '<ident>' && (tokens[here + 1]?.kind === '=' || isPair)) declare('local', here)
    }
  }

  function readDefine(at: number): void {
    const { kind } = tokens[at]!
    if (kind === 'tumbling' || kind === 'sliding')
      return declare('window', at + 2, { detail: `${kind} window` })
    if (kind === 'script') return declare('script', at + 1, { detail: 'script' })
    const names = namesFrom(tokens, at)
    const word = at + 2 * names.length - 1
    if (tokens[word]?.kind === 'operator') declare('operator', word + 1, { detail: names.join('::') })
  }

  function readCreate(at: number): void {
    const { kind } = tokens[at]!
    if (kind === 'stream' || kind === 'script' || kind === 'operator') {
      declare(kind, at + 1, { created: true, detail: kind })
    }
  }
}

/** `a::b::c` from this token on. */
export function namesFrom(tokens: readonly Token[], at: number): string[] {
  const names: string[] = []
  for (let here = at; tokens[here]?.kind === '<ident>'; here += 2) {
    names.push(tokens[here]!.value as string)
    if (tokens[here + 1]?.kind !== '::') break
  }
  return names
}

function docBefore(tokens: readonly Token[], at: number): string | undefined {
  const lines: string[] = []
  for (let here = at - 1; tokens[here]?.kind === '<doc-comment>'; here--)
    lines.unshift(String(tokens[here]!.value))
  return lines.length === 0 ? undefined : lines.map((line) => line.replace(/^ /, '')).join('\n')
}
