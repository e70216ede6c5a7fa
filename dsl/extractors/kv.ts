import { unescapeSeparator } from '#dsl/escapes.ts'
import { type Extractor, FunctionError, MistakeInText } from '#dsl/function.ts'
import type { Rec } from '#dsl/value.ts'

/** The crate tremor-rs/kv: pairs are split by every pair separator, keys from values by every key separator. */
export default {
  name: 'kv',
  doc: 'Pairs of keys and values. `%{key}=%{val}&` says what separates a key from its value, and a pair from the next; an empty rule stands for `%{key}:%{val}` and blanks.',
  examples: [
    { rule: '', input: 'foo:bar snot:badger', result: '{"foo":"bar","snot":"badger"}' },
    { rule: '%{key}=%{val}&', input: 'a=1&b=2&c', result: '{"a":"1","b":"2"}' },
    { rule: '%{key}=%{val};%{key}:%{val}', input: 'a=1;b:2', result: '{"a":"1","b":"2"}' },
    { rule: '', input: 'no pairs', result: null },
  ],
  compile(rule) {
    const { keys, pairs } = separatorsOf(rule)
    const extract = (input: string) => read(input, keys, pairs)
    return { test: (input) => extract(input) !== undefined, extract }
  },
} satisfies Extractor

function read(input: string, keys: readonly string[], pairs: readonly string[]): Rec | undefined {
  const entries = split(input, pairs)
    .map((pair) => split(pair, keys))
    .filter((pair) => pair.length === 2) as [string, string][]
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

function split(text: string, separators: readonly string[]): string[] {
  let pieces = [text]
  for (const separator of separators) pieces = pieces.flatMap((piece) => piece.split(separator))
  return pieces
}

interface Separators {
  readonly keys: readonly string[]
  readonly pairs: readonly string[]
}

function separatorsOf(rule: string): Separators {
  const keys = new Set<string>()
  const pairs = new Set<string>()
  for (let at = 0; at < rule.length; ) {
    const key = rule.indexOf('%{key}', at)
    if (key !== at) {
      pairs.add(unescapeSeparator(rule.slice(at, key < 0 ? undefined : key)))
      at = key < 0 ? rule.length : key
      continue
    }
    const start = at + '%{key}'.length
    const end = rule.indexOf('%{val}', start)
    if (end < 0)
      throw new MistakeInText(
        `A "%{key}" is followed by "%{val}", found ${JSON.stringify(rule)}`,
        key,
        '%{key}'.length,
      )
    if (end > start) keys.add(unescapeSeparator(rule.slice(start, end)))
    at = end + '%{val}'.length
  }
  if (keys.size === 0) keys.add(':')
  if (pairs.size === 0) pairs.add(' ')
  checkDistinct([...keys, ...pairs], rule)
  return { keys: [...keys].sort(), pairs: [...pairs].sort() }
}

/** A separator inside another leaves open which of them splits. */
function checkDistinct(separators: readonly string[], rule: string): void {
  separators.forEach((one, index) => {
    if (separators.some((other, at) => at !== index && other.includes(one))) {
      throw new FunctionError(
        `The separator ${JSON.stringify(one)} is used twice, found ${JSON.stringify(rule)}`,
      )
    }
  })
}
