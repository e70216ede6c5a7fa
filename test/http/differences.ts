/** Where a transport cannot do what the vectors ask, as data, each with its reason. What is not listed must hold over both. */
import type { TransportName } from '#engine/http/transports.ts'

interface Difference {
  /** Statuses seen; none if the parser waits for more. */
  readonly answers: readonly number[]
  readonly reason: string
}

interface Differences {
  /** Malformed requests that meet another fate. One answered 200 reached the upstream, written anew without its fault. */
  readonly malformed: Readonly<Record<string, Difference>>
  /** Valid requests that are refused. */
  readonly valid: Readonly<Record<string, Difference>>
  /** Malformed answers that show otherwise to the client. */
  readonly answers: Readonly<
    Record<string, { readonly seen: number | 'cut' | 'waits'; readonly reason: string }>
  >
  /** Traps that are not tried, with the reason. */
  readonly traps: Readonly<Record<string, string>>
}

export const differences: Readonly<Record<TransportName, Differences>> = {
  own: { malformed: {}, valid: {}, answers: {}, traps: {} },
  node: {
    malformed: {
      'request line: two blanks behind the method': {
        answers: [200],
        reason: 'llhttp overlooks blanks before the target',
      },
      'request line: two blanks before the version': {
        answers: [200],
        reason: 'llhttp overlooks blanks before the version',
      },
      'request line: a lone LF before it': {
        answers: [200],
        reason: 'llhttp overlooks CR and LF between requests',
      },
      'request line: a lone CR before it': {
        answers: [200],
        reason: 'llhttp overlooks CR and LF between requests',
      },
      'request line: five empty lines before it': {
        answers: [200],
        reason: 'llhttp overlooks CR and LF between requests',
      },
      'request line: a blank behind the version': { answers: [505], reason: 'llhttp blames the version' },
      'request line: words behind the version': { answers: [505], reason: 'llhttp blames the version' },
      'request line: ends with a lone LF': { answers: [505], reason: 'llhttp blames the version' },
      'field line: all lines end with a lone LF': { answers: [505], reason: 'llhttp blames the version' },
      'version: an Icecast version with GET': { answers: [400], reason: 'llhttp blames the protocol' },
      'version: an RTSP version': {
        answers: [200],
        reason: 'llhttp knows RTSP, and Node does not tell which it was',
      },
      'version: a request as of HTTP/0.9': {
        answers: [],
        reason: 'llhttp takes it for HTTP/0.9 and waits for more',
      },
      'chunk: a size of sixteen digits': { answers: [], reason: 'llhttp counts to 64 bits' },
      'chunk: a size of sixteen digits with zeros': { answers: [200], reason: 'llhttp counts to 64 bits' },
      'chunk: a size of 64 bits': { answers: [], reason: 'llhttp counts to 64 bits' },
    },
    valid: {
      'chunked: a blank around an extension': { answers: [400], reason: 'llhttp allows no blank there' },
    },
    answers: {
      'version two': { seen: 200, reason: 'undici sets llhttp to be lenient about versions' },
      'version zero point nine': { seen: 200, reason: 'undici sets llhttp to be lenient about versions' },
      'an empty line before the status line': {
        seen: 200,
        reason: 'llhttp overlooks CR and LF between messages',
      },
      'Transfer-Encoding in HTTP/1.0': { seen: 200, reason: 'undici does not tell the version' },
      'chunks with a size of sixteen digits': { seen: 'waits', reason: 'llhttp counts to 64 bits' },
      'chunks with an endless extension': {
        seen: 200,
        reason: 'undici does not bound extensions; they are dropped',
      },
    },
    traps: {
      '100 from upstream is never taken for the answer':
        'Undici takes a 100 that answers no expectation for a malformed answer: 502, connection dropped',
    },
  },
}
