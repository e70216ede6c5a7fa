/** Repeatable random damage to messages. */

/** Numbers from 0 up to and without 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const WORDS = [
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '0',
  '1',
  'f',
  '\0',
  '\x0b',
  '\x7f',
  '\x80',
  '\xff',
  '"',
  '/',
  '*',
  'HTTP/1.1',
  'HTTP/1.0',
  'chunked',
  'gzip',
  'Host: b\r\n',
  'Content-Length: 5\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Connection: close\r\n',
  'Expect: 100-continue\r\n',
  '5\r\nhello\r\n',
  '0\r\n\r\n',
  ';a=b',
]

/** One to three small changes: something put in, taken out, doubled or replaced. */
export function mutate(text: string, random: () => number): string {
  let out = text
  for (let i = 1 + Math.floor(random() * 3); i > 0; i--) {
    const at = Math.floor(random() * (out.length + 1))
    const size = 1 + Math.floor(random() * 6)
    const word = WORDS[Math.floor(random() * WORDS.length)]!
    switch (Math.floor(random() * 4)) {
      case 0:
        out = out.slice(0, at) + word + out.slice(at)
        break
      case 1:
        out = out.slice(0, at) + out.slice(at + size)
        break
      case 2:
        out = out.slice(0, at) + word + out.slice(at + word.length)
        break
      default:
        out = out.slice(0, at + size) + out.slice(at)
    }
  }
  return out
}
