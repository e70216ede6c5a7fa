/**
 * Whether a JSON text needs the exact reader, because `JSON.parse` would lose something of it. A false alarm costs time only.
 */
import { numbersNeedCare } from './json-scan.ts'

export function needsCare(text: string): boolean {
  return (
    (numbersNeedCare(text) ?? numbersSeemToNeedCare(text)) ||
    (text.includes('\\') && /\\u[dD]/.test(text)) ||
    !text.isWellFormed() ||
    isMostlyBrackets(text)
  )
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

/** The same question as `numbersNeedCare`, where that does not work: three times as slow, a loop would be six times. */
function numbersSeemToNeedCare(text: string): boolean {
  const first = text.charCodeAt(0)
  // A document that is one number has no brackets and commas around it for the rules to hold on to.
  if (first !== 123 && first !== 91 && first !== 34) return true
  return OTHER_TEXT.test(text) || LONG_NUMBER.test(text)
}
