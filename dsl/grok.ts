/** Grok rules: regular expressions with named patterns in them, `%{NUMBER:bytes}`. */
import { FunctionError } from './function.ts'
import { PATTERNS } from './grok-patterns.ts'
import { compileOniguruma, type Pattern } from './regex/regex.ts'
import type { Rec } from './value.ts'

export interface Grok {
  test(text: string): boolean
  /** Every alias of the rule with what it captured, `""` if it took no part; undefined if the text does not match. */
  extract(text: string): Rec | undefined
}

/** Patterns in patterns, so deep at most: deeper ones name themselves. */
const MOST_NESTING = 20

/** Throws `FunctionError` on an unknown pattern name or a bad expression. */
export function compileGrok(rule: string): Grok {
  const aliases: string[] = []
  const pattern = compileOniguruma(expand(rule, aliases, 0))
  return {
    test: (text) => pattern.test(text),
    extract: (text) => read(pattern, aliases, text),
  }
}

/** Replaces `%{NAME}`, `%{NAME:alias}` and `%{NAME:alias=definition}`; alias number n becomes the group `grok_n`. */
function expand(rule: string, aliases: string[], depth: number): string {
  if (depth > MOST_NESTING) throw new FunctionError('A grok pattern contains itself')
  return rule.replace(
    /%\{(\w+)(?::([^=}]+))?(?:=([^}]+))?\}/g,
    (_, name: string, alias?: string, own?: string) => {
      const pattern = own ?? (Object.hasOwn(PATTERNS, name) ? PATTERNS[name] : undefined)
      if (pattern === undefined) throw new FunctionError(`The grok pattern "${name}" is not known`)
      if (alias === undefined) return `(?:${expand(pattern, aliases, depth + 1)})`
      const number = aliases.push(alias) - 1
      return `(?<grok_${number}>${expand(pattern, aliases, depth + 1)})`
    },
  )
}

function read(pattern: Pattern, aliases: readonly string[], text: string): Rec | undefined {
  const match = pattern.find(text, 0)
  if (match === undefined) return undefined
  const fields = new Map<string, string>()
  pattern.names.forEach((group, number) => {
    if (group === undefined) return
    const name = group.startsWith('grok_') ? aliases[Number(group.slice(5))]! : group
    // One alias may stand in several alternatives: the one that took part counts.
    fields.set(name, match.groups[number] ?? fields.get(name) ?? '')
  })
  return Object.fromEntries(fields)
}
