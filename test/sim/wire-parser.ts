/** Reads what the engine says on a wire, strictly: HTTP/1.1 with a length or in chunks. Shares nothing with the parsers under test. */
export interface Message {
  /** `HTTP/1.1 200 OK`, `GET / HTTP/1.1` */
  readonly start: string
  /** name, value, name, value … */
  readonly headers: readonly string[]
  readonly body: string
}

export interface WireReader {
  /** Takes bytes; throws if they are not what they should be. */
  push(bytes: Buffer): void
  /** The head of the message that is arriving, as soon as it is whole. */
  readonly head: Omit<Message, 'body'> | null
  /** What of its body has arrived. */
  readonly soFar: string
  /** A whole message, taken out. */
  take(): Message | null
}

export function wireReader(): WireReader {
  let rest = ''
  let head: Omit<Message, 'body'> | null = null
  let body = ''
  let whole = false

  function advance(): void {
    if (head === null) {
      const end = rest.indexOf('\r\n\r\n')
      if (end < 0) return
      const [start, ...lines] = rest.slice(0, end).split('\r\n') as [string, ...string[]]
      head = { start, headers: lines.flatMap(fieldOf) }
      rest = rest.slice(end + 4)
    }
    if (!whole)
      whole = fieldValue(head.headers, 'transfer-encoding') === 'chunked' ? chunks() : sized(head.headers)
  }

  function sized(headers: readonly string[]): boolean {
    const length = Number(fieldValue(headers, 'content-length') ?? 0)
    const missing = length - body.length
    body += rest.slice(0, missing)
    rest = rest.slice(missing)
    return body.length === length
  }

  function chunks(): boolean {
    for (;;) {
      const line = /^([0-9a-f]+)\r\n/.exec(rest)
      if (line === null) {
        if (rest.includes('\n')) throw new Error(`not a chunk: ${JSON.stringify(rest.slice(0, 20))}`)
        return false
      }
      const size = Number.parseInt(line[1]!, 16)
      const from = line[0].length
      if (rest.length < from + size + 2) return false
      if (rest.slice(from + size, from + size + 2) !== '\r\n') throw new Error('a chunk has no end')
      body += rest.slice(from, from + size)
      rest = rest.slice(from + size + 2)
      if (size === 0) return true
    }
  }

  return {
    get head() {
      return head
    },
    get soFar() {
      return body
    },
    push(bytes) {
      rest += bytes.toString('latin1')
      advance()
    },
    take() {
      if (!whole || head === null) return null
      const message = { ...head, body }
      head = null
      body = ''
      whole = false
      if (rest !== '') advance()
      return message
    },
  }
}

function fieldOf(line: string): [string, string] {
  const field = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ?([\t\x20-\x7e\x80-\xff]*)$/.exec(line)
  if (field === null) throw new Error(`not a header field: ${JSON.stringify(line)}`)
  return [field[1]!, field[2]!]
}

export function fieldValue(headers: readonly string[], lower: string): string | undefined {
  const at = headers.findIndex((text, i) => i % 2 === 0 && text.toLowerCase() === lower)
  return at < 0 ? undefined : headers[at + 1]
}
