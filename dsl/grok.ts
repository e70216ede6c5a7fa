/** Grok rules: regular expressions with named patterns in them, `%{NUMBER:bytes}`. */
import { FunctionError, MistakeInText } from './function.ts'
import { PATTERNS } from './grok-patterns.ts'
import { nearest } from './nearest.ts'
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
  const pattern = compiled(expand(rule, aliases, 0), rule)
  return {
    test: (text) => pattern.test(text),
    extract: (text) => read(pattern, aliases, text),
  }
}

/** Mistakes are told of the rule as it is written. */
function compiled(expanded: string, rule: string): Pattern {
  try {
    return compileOniguruma(expanded)
  } catch (failure) {
    if (!(failure instanceof MistakeInText)) throw failure
    const what = failure.message.replace(/, at character \d+.*$/, '')
    const at = placeInRule(rule, failure.at)
    if (at === undefined) throw new FunctionError(`${what}, in what one of its names stands for`)
    throw new MistakeInText(`${what}, at character ${at + 1} of the regular expression`, at)
  }
}

/** The place in a rule of one in what it was expanded to; undefined inside of what a name stands for. */
function placeInRule(rule: string, offset: number): number | undefined {
  const aliases: string[] = []
  let longer = 0
  for (const { 0: written, index } of rule.matchAll(NAME)) {
    const start = index + longer
    if (offset < start) break
    const { length } = expand(written, aliases, 0)
    if (offset < start + length) return undefined
    longer += length - written.length
  }
  return offset - longer
}

const NAME = /%\{(\w+)(?::([^=}]+))?(?:=([^}]+))?\}/g

/** Replaces `%{NAME}`, `%{NAME:alias}` and `%{NAME:alias=definition}`; alias number n becomes the group `grok_n`. */
function expand(rule: string, aliases: string[], depth: number): string {
  if (depth > MOST_NESTING) throw new FunctionError('A grok pattern contains itself')
  return rule.replace(
    NAME,
    (whole, name: string, alias: string | undefined, own: string | undefined, at: number) => {
      const pattern = own ?? (Object.hasOwn(PATTERNS, name) ? PATTERNS[name] : undefined)
      if (pattern === undefined) throw unknown(name, depth === 0 ? at + whole.indexOf(name) : undefined)
      if (alias === undefined) return `(?:${expand(pattern, aliases, depth + 1)})`
      const number = aliases.push(alias) - 1
      return `(?<grok_${number}>${expand(pattern, aliases, depth + 1)})`
    },
  )
}

/** One in the definition of another has no place in the rule. */
function unknown(name: string, at: number | undefined): FunctionError {
  const near = nearest(name, Object.keys(PATTERNS))
  const message = `The grok pattern "${name}" is not known${near === undefined ? '' : `, did you mean "${near}"`}`
  return at === undefined ? new FunctionError(message) : new MistakeInText(message, at, name.length)
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
