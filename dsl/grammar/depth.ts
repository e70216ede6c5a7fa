/** A bound on nesting, asked before parsing: no text can exhaust the stack of the parser or of what reads the tree. */
import type { Token } from './tokens.ts'

export const deepest = 256
export const longestChain = 1000

const openers: ReadonlySet<string> = new Set(['(', '[', '{', '%(', '%[', '%{', '#{', 'of', 'with'])
const closers: ReadonlySet<string> = new Set([')', ']', '}', 'end'])
const prefixes: ReadonlySet<string> = new Set(['+', '-', 'not', '!', '<<', 'let', '='])
const boundaries: ReadonlySet<string> = new Set([';', ',', '=>', 'case', 'default'])
const operators: ReadonlySet<string> = new Set([
  'or',
  'xor',
  'and',
  '^',
  '&',
  '==',
  '!=',
  '>=',
  '>',
  '<=',
  '<',
  '>>',
  '>>>',
  '<<',
  '+',
  '-',
  '*',
  '/',
  '%',
  '=',
])

/** The token at which the text nests too deeply or a chain of operators grows too long. */
export function tooDeepAt(tokens: readonly Token[]): number | undefined {
  const chains: number[] = [0]
  let prefixRun = 0
  for (const [at, { kind }] of tokens.entries()) {
    prefixRun = prefixes.has(kind) ? prefixRun + 1 : 0
    if (prefixRun > deepest) return at
    if (openers.has(kind)) chains.push(0)
    else if (closers.has(kind)) {
      if (chains.length > 1) chains.pop()
    } else if (boundaries.has(kind)) chains[chains.length - 1] = 0
    else if (operators.has(kind)) chains[chains.length - 1]! += 1
    if (chains.length > deepest + 1 || chains[chains.length - 1]! > longestChain) return at
  }
  return undefined
}
