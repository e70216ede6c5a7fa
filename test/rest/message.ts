/** HTTP messages as the two ends of a test see them: taken apart by the plainest reading of RFC 9112. */

export interface Message {
  /** Request line or status line. */
  readonly start: string
  /** Names in lower case. */
  readonly fields: readonly (readonly [name: string, value: string])[]
  readonly body: string
  readonly trailers: string
}

/** Octets are latin1 text. `bodyless`: an answer to HEAD. Undefined: not whole yet. */
export function cut(
  text: string,
  { bodyless = false, closed = false } = {},
): { message: Message; rest: string } | undefined {
  const headTo = text.indexOf('\r\n\r\n')
  if (headTo < 0) return undefined
  const [start = '', ...lines] = text.slice(0, headTo).split('\r\n')
  const fields = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const
  })
  const behind = text.slice(headTo + 4)
  const made = (body: string, rest: string, trailers = '') => ({
    message: { start, fields, body, trailers },
    rest,
  })
  const status = /^HTTP\/1\.\d (\d+)/.exec(start)?.[1]
  if (bodyless || /^(1..|204|304)$/.test(status ?? '')) return made('', behind)
  if (field(fields, 'transfer-encoding') !== undefined) return chunked(behind, made)
  const length = field(fields, 'content-length')
  if (length !== undefined)
    return behind.length < Number(length)
      ? undefined
      : made(behind.slice(0, Number(length)), behind.slice(Number(length)))
  if (status === undefined) return made('', behind)
  return closed ? made(behind, '') : undefined
}

type Made = (
  body: string,
  rest: string,
  trailers?: string,
) => {
  message: Message
  rest: string
}

function chunked(text: string, made: Made): ReturnType<Made> | undefined {
  let body = ''
  for (let at = 0; ; ) {
    const lineTo = text.indexOf('\r\n', at)
    if (lineTo < 0) return undefined
    const size = Number.parseInt(text.slice(at, lineTo), 16)
    if (size === 0) {
      const to = text.startsWith('\r\n', lineTo + 2) ? lineTo : text.indexOf('\r\n\r\n', lineTo)
      return to < 0 || text.length < to + 4
        ? undefined
        : made(body, text.slice(to + 4), text.slice(lineTo + 2, to))
    }
    if (text.length < lineTo + 4 + size) return undefined
    body += text.slice(lineTo + 2, lineTo + 2 + size)
    at = lineTo + 4 + size
  }
}

export function field(fields: Message['fields'], name: string): string | undefined {
  return fields.find(([each]) => each === name)?.[1]
}

export function statusOf(message: Message): number {
  return Number(message.start.split(' ')[1])
}

/** `POST /a?b | X-One: 1 | X-One: 2` as the head of a request; with a Host unless one is stated, framed by the length of `body`. */
export function request(words: string, body?: string): string {
  const [line = '', ...fields] = words.split(' | ')
  const start = / HTTP\/1\.[01]$/.test(line) ? line : `${line} HTTP/1.1`
  const stated = (name: string) => fields.some((each) => each.toLowerCase().startsWith(`${name}:`))
  const lines = [start, ...(stated('host') ? [] : ['Host: client.test']), ...fields]
  const framed = stated('content-length') || stated('transfer-encoding')
  if (body !== undefined && !framed) lines.push(`Content-Length: ${body.length}`)
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`
}

/** `201 | Set-Cookie: a` as an answer, framed by the length of `body` unless the words frame it otherwise. */
export function answer(words: string, body = ''): string {
  const [status = '', ...fields] = words.split(' | ')
  const framed = fields.some((each) => /^(content-length|transfer-encoding):/i.test(each))
  const lines = [`HTTP/1.1 ${status}${/^\d+$/.test(status) ? ' Fine' : ''}`, ...fields]
  if (!framed && !/^(204|304|1)/.test(status)) lines.push(`Content-Length: ${body.length}`)
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}
