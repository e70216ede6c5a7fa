/** Small mistakes that a person could make in a file: operators swapped, bounds off by one, conditions turned, statements lost. */
import { stripTypeScriptTypes } from 'node:module'
import { maskOf } from './mask.ts'

export interface Mutant {
  readonly file: string
  readonly line: number
  readonly kind: string
  readonly start: number
  readonly end: number
  readonly text: string
}

interface Rule {
  readonly kind: string
  readonly pattern: RegExp
  replace(found: RegExpExecArray): string
}

const swaps: readonly (readonly [kind: string, from: string, to: string])[] = [
  ['comparison', ' === ', ' !== '],
  ['comparison', ' !== ', ' === '],
  ['bound', ' < ', ' <= '],
  ['bound', ' <= ', ' < '],
  ['bound', ' > ', ' >= '],
  ['bound', ' >= ', ' > '],
  ['logic', ' && ', ' || '],
  ['logic', ' || ', ' && '],
  ['arithmetic', ' + ', ' - '],
  ['arithmetic', ' - ', ' + '],
  ['arithmetic', ' * ', ' / '],
  ['arithmetic', ' % ', ' * '],
  ['default', ' ?? ', ' && '],
]

const rules: readonly Rule[] = [
  ...swaps.map(
    ([kind, from, to]): Rule => ({
      kind,
      pattern: new RegExp(from.replace(/[|+*?^$]/g, '\\$&'), 'g'),
      replace: () => to,
    }),
  ),
  {
    kind: 'number',
    pattern: /(?<![\w.])(\d+)(?![\w.])/g,
    replace: ([, digits]) => String(Number(digits) + 1),
  },
  {
    kind: 'constant',
    pattern: /\b(true|false)\b/g,
    replace: ([, word]) => (word === 'true' ? 'false' : 'true'),
  },
  { kind: 'condition', pattern: /\bif \((?=[^\n]*\) )/g, replace: () => 'if (!' },
  {
    kind: 'choice',
    pattern: /(?<=(?:return|=|=>) )([!a-zA-Z][\w.]*(?: [=!]== [^\n?]+)?)(?= \? )/g,
    replace: ([, it]) => `!(${it})`,
  },
  {
    kind: 'guard lost',
    pattern: /^ +if \([^\n]*\) (?:return|continue|throw|break)\b[^\n]*[^\n{([,]$/gm,
    replace: () => '',
  },
  {
    kind: 'statement lost',
    pattern: /^ +[\w.[\]]+(?:\([^\n]*\)| [+-]?= [^\n]*[^\n{([,=+?:&|])$/gm,
    replace: () => '',
  },
]

/** Every mutant of a file that is still a program, and not the same one. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const mask = maskOf(text)
  const plain = stripTypeScriptTypes(text)
  return rules.flatMap(({ kind, pattern, replace }) =>
    [...mask.matchAll(pattern)].flatMap((found) => {
      const made = mutant({ file, kind, found, replacement: replace(found) }, text, mask)
      const code = made && stripped(applied(made, text))
      return made !== undefined && code !== undefined && code !== plain ? [made] : []
    }),
  )
}

export function applied({ start, end, text: replacement }: Mutant, text: string): string {
  return text.slice(0, start) + replacement + text.slice(end)
}

interface Found {
  readonly file: string
  readonly kind: string
  readonly found: RegExpExecArray
  readonly replacement: string
}

function mutant({ file, kind, found, replacement }: Found, text: string, mask: string): Mutant | undefined {
  const start = found.index
  let end = start + found[0].length
  const line = text.slice(0, start).split('\n').length
  // `export` declarations and imports hold no logic, and a condition is turned as a whole.
  const whole = text.slice(text.lastIndexOf('\n', start) + 1, text.indexOf('\n', end))
  if (/^(import|export (type|interface)|type|interface)\b/.test(whole)) return undefined
  if (kind !== 'condition') return { file, line, kind, start, end, text: replacement }
  end = closingParenthesis(mask, end)
  const condition = text.slice(start + 'if ('.length, end)
  return { file, line, kind, start, end, text: `if (!(${condition})` }
}

function closingParenthesis(mask: string, from: number): number {
  let depth = 1
  let at = from
  for (; at < mask.length && depth > 0; at++) depth += mask[at] === '(' ? 1 : mask[at] === ')' ? -1 : 0
  return at - 1
}

function stripped(text: string): string | undefined {
  try {
    return stripTypeScriptTypes(text)
  } catch {
    return undefined
  }
}
