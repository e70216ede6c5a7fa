/**
 * Whether a JSON text needs the exact reader, because `JSON.parse` would lose something of it. A false alarm costs time only.
 */
import { numbersNeedCare } from './json-scan.ts'

/** Documents that end like this are mostly brackets: slow to parse natively, and likely deeper than allowed. */
const BOMBS = [']]]]]]]]]]]]]]]]', '}}}}}}}}}}}}}}}}']

export function needsCare(text: string): boolean {
  return (
    (numbersNeedCare(text) ?? numbersSeemToNeedCare(text)) ||
    (text.includes('\\') && /\\u[dD]/.test(text)) ||
    !text.isWellFormed() ||
    BOMBS.some((bomb) => text.endsWith(bomb)) ||
    text.startsWith('[[[[[[[[[[[[[[[[')
  )
}

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
