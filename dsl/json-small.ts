/**
 * Small documents, which most events are: one look at each byte finds out that nothing about a document needs care, in less time than
 * the ways for long ones take to begin.
 */
export const MOST_SMALL = 256

interface Latin1 {
  latin1Slice?(from: number, to: number): string
}

/**
 * The text of a document of plain ASCII in which no number can lose anything: undefined if there is a byte beyond ASCII, an escape, or
 * digits that stand by `.`, `e`, `-0` or more than 15 in a row, in a string or not.
 */
export function plainText(bytes: Uint8Array, from = 0, to = bytes.length): string | undefined {
  let digits = 0
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!
    if (byte >= 48 && byte <= 57) {
      if (++digits > 15 || (byte === 48 && at > from && bytes[at - 1] === 45)) return undefined
      continue
    }
    if (byte >= 0x80 || byte === 92) return undefined
    if (digits > 0 && (byte === 46 || (byte | 32) === 101)) return undefined
    digits = 0
  }
  return asciiText(bytes, from, to) ?? String.fromCharCode(...bytes.subarray(from, to))
}

/** The text of bytes that are known to be ASCII, if there is a quick way, as Node's buffers have one. */
export function asciiText(bytes: Uint8Array, from = 0, to = bytes.length): string | undefined {
  return (bytes as Latin1).latin1Slice?.(from, to)
}
