/** How heads end that state the length of what follows. Every piece of a message costs when it is written, so this is one. */

const MOST = 4096
const known: string[] = new Array(MOST).fill('')

/** The length and the empty line. Small lengths come again and again. */
export function endWithLength(octets: number): string {
  if (octets >= MOST) return `Content-Length: ${octets}\r\n\r\n`
  const line = known[octets]!
  return line === '' ? (known[octets] = `Content-Length: ${octets}\r\n\r\n`) : line
}
