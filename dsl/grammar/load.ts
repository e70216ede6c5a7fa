/**
 * The parser, generated from the three grammar files by peggy and kept by the hash of what it is made of. The one
 * place in `dsl/` that touches the disk. In a packed copy `parser.cjs` lies beside this file and peggy is not needed.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { codeOf, terminals } from './tokens.ts'

/** Where a parse may begin. */
export const startRules = ['Script', 'Query', 'Module', 'LoneItem', 'LoneStatement', 'LoneModItem'] as const

export interface Parser {
  parse(input: string, options: { startRule: (typeof startRules)[number]; build: unknown }): unknown
  SyntaxError: new (...args: never[]) => Error
}

const here = import.meta.dirname
const require = createRequire(import.meta.url)
const packed = join(here, 'parser.cjs')
let parser: Parser | undefined

export function loadParser(): Parser {
  parser ??= existsSync(packed) ? (require(packed) as Parser) : fromCache()
  return parser
}

/** Writes the generated parser into `folder`: packing does so where the compiled copy of this file lies. */
export function writeParser(folder: string): void {
  writeWhole(join(folder, 'parser.cjs'), generateParser('source'))
}

function fromCache(): Parser {
  const files = grammarFiles()
  const hash = createHash('sha256')
  for (const { text } of files) hash.update(text)
  hash.update(terminals.join(' ')).update(require('peggy/package.json').version)
  const folder = join(here, '../../node_modules/.cache/temblor')
  const path = join(folder, `parser-${hash.digest('hex').slice(0, 16)}.cjs`)
  if (existsSync(path)) return require(path) as Parser
  try {
    mkdirSync(folder, { recursive: true })
    writeWhole(path, generateParser('source'))
    return require(path) as Parser
  } catch {
    // A disk that cannot be written costs the time of generating at every start, and nothing else.
    return generateParser('parser')
  }
}

/** Under a name of its own first, so that no other process ever reads half a file. */
function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`
  try {
    writeFileSync(temporary, text)
    renameSync(temporary, path)
  } finally {
    rmSync(temporary, { force: true })
  }
}

function grammarFiles(): { source: string; text: string }[] {
  return ['script', 'query', 'lexical'].map((name) => {
    const source = join(here, `${name}.peggy`)
    return { source, text: readFileSync(source, 'utf8') }
  })
}

function generateParser<O extends 'source' | 'parser'>(output: O): O extends 'source' ? string : Parser {
  const peggy = require('peggy') as typeof import('peggy')
  return peggy.generate(grammarFiles(), {
    output: output as 'source',
    format: 'commonjs',
    allowedStartRules: [...startRules],
    plugins: [{ use: (config) => void config.passes.transform.unshift(overTokens) }],
  }) as unknown as O extends 'source' ? string : Parser
}

/** Turns every quoted terminal of the grammar into the character that stands for it in what the parser reads. */
function overTokens(grammar: unknown): void {
  visit(grammar)

  function visit(node: unknown): void {
    if (typeof node !== 'object' || node === null) return
    if (Array.isArray(node)) {
      for (const child of node) visit(child)
      return
    }
    const known = node as { type?: string; value?: string }
    if (known.type === 'literal' && known.value !== '') {
      const code = codeOf(known.value!)
      if (code === undefined) throw new Error(`Cannot generate the parser: ${known.value} is no terminal`)
      known.value = code
      return
    }
    for (const [key, child] of Object.entries(node)) if (key !== 'location') visit(child)
  }
}
