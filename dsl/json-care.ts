/**
 * Whether a JSON text needs the exact reader. Each rule looks for one thing that `JSON.parse` would lose; a hit inside
 * a string is a false alarm that costs time only. They are regular expressions because those run over a text faster
 * than a loop in JavaScript does.
 */

/** `1.0`, `1.50`, `1e2`: a number whose text is not the one it would print as. */
const TRAILING_ZERO_OR_EXPONENT = /[0-9](?:\.[0-9]*0[,\]}\s]|[eE][-+0-9])/

/** 16 characters of a number, spelled out so that the search can skip ahead by several characters. */
const LONG =
  /[0-9.][0-9.][0-9.][0-9.][0-9.][0-9.][0-9.][0-9.][0-9.][0-9.][0-9.][0-9.][0-9.][0-9.][0-9.][0-9.]/

/** More than 15 digits, outside of strings as far as one can see without reading them. */
const LONG_NUMBER = /[:,[\s]-?(?:\d{16}|(?=[\d.]{17})\d+\.\d+[,\]}\s])/

const NEGATIVE_ZERO = /-0[,\]}\s]/

/** So many brackets in a row speak of a document that is nothing but brackets; the native parser is slow there. */
const BOMBS = ['[[[[[[[[[[[[[[[[', '}}}}}}}}}}}}}}}}', ']]]]]]]]]]]]]]]]']

export function needsCare(text: string): boolean {
  return (
    isBare(text) ||
    TRAILING_ZERO_OR_EXPONENT.test(text) ||
    (LONG.test(text) && LONG_NUMBER.test(text)) ||
    text.includes('.00000') ||
    (text.includes('-0') && NEGATIVE_ZERO.test(text)) ||
    (text.includes('\\') && /\\u[dD]/.test(text)) ||
    !text.isWellFormed() ||
    BOMBS.some((bomb) => text.includes(bomb))
  )
}

/** A document that is one number has no brackets and commas around it for the rules to hold on to. */
function isBare(text: string): boolean {
  const first = text.charCodeAt(0)
  return first !== 123 && first !== 91 && first !== 34
}
