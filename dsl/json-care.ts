/**
 * Whether a JSON text needs the exact reader, because `JSON.parse` would lose something of it. A false alarm costs time only.
 */
import { scanText, seen } from './json-scan.ts'

/**
 * - `exact`: it needs the exact reader, or nobody knows.
 * - `plain`: it does not, and nests no deeper than allowed.
 * - `maybe deep`: it does not, but somebody has to look how deep it is.
 */
export type Care = 'exact' | 'plain' | 'maybe deep'

export function careOf(text: string): Care {
  const found = scanText(text)
  if (found === 0) return 'plain'
  return found === undefined ? careByRules(text) : careOfSeen(found, text)
}

/** The same, knowing what a scan found in it. */
export function careOfSeen(found: number, text: string): Care {
  if ((found & seen.number) !== 0) return 'exact'
  if ((found & seen.wide) !== 0 && !text.isWellFormed()) return 'exact'
  // The depth is counted in blocks: it may be less.
  if ((found & seen.escape) !== 0 && /\\u[dD]/.test(text)) return 'exact'
  return (found & seen.deep) === 0 ? 'plain' : 'exact'
}

/** Documents that begin or end like this are slow to parse natively, and likely deeper than allowed. */
function isMostlyBrackets(text: string): boolean {
  const end = text.length - RUN
  if (end < 0) return false
  if (text.charCodeAt(RUN - 1) === 91 && text.startsWith('['.repeat(RUN))) return true
  const close = text.charCodeAt(end)
  return (close === 93 || close === 125) && /^[\]}]+\s*$/.test(text.slice(end))
}

const RUN = 16

/** `1.0`, `1.50`, `1e2`, `-0`: a number whose text is not the one it would print as. */
const OTHER_TEXT = /[0-9](?:\.[0-9]*0[,\]}\s]|[eE][-+0-9])|-0[,\]}\s]|\.00000/

/** More than 15 digits, outside of strings as far as one can see without reading them. */
const LONG_NUMBER = /[:,[\s]-?(?:\d{16}|(?=[\d.]{17})\d+\.\d+[,\]}\s])/

/** The same question where a scan is not possible: three times as slow, a loop would be six times. */
export function careByRules(text: string): Care {
  const first = text.charCodeAt(0)
  // A document that is one number has no brackets and commas around it for the rules to hold on to.
  if (first !== 123 && first !== 91 && first !== 34) return 'exact'
  if (OTHER_TEXT.test(text) || LONG_NUMBER.test(text) || !text.isWellFormed()) return 'exact'
  return (text.includes('\\') && /\\u[dD]/.test(text)) || isMostlyBrackets(text) ? 'exact' : 'maybe deep'
}
