/**
 * What an upstream received, by the strictest reading of RFC 9112. It shares nothing with the parsers under test: regular
 * expressions over text, octets as latin1.
 */

const REQUEST_LINE = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [\x21\x22\x24-\x7e]+ HTTP\/1\.([01])$/
const FIELD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/
const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9._~!$&'()*+;=-]|%[0-9A-Fa-f]{2})*)(?::\d{0,5})?$/
const CHUNK_SIZE = /^([0-9A-Fa-f]{1,15})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?$/
const NEVER_TRAILERS = /^(?:content-length|transfer-encoding|host|authorization|trailer)$/

/** Where the request at the beginning of a text ends; undefined if it is not whole; a text if it breaks the rules. */
export function endOfRequest(text: string): number | undefined | string {
  const headTo = text.indexOf('\r\n\r\n')
  if (headTo < 0) return loneBreak(text) ? 'a line that does not end with CR LF' : undefined
  const [line = '', ...lines] = text.slice(0, headTo).split('\r\n')
  const minor = REQUEST_LINE.exec(line)?.[1]
  if (minor === undefined) return `the request line ${JSON.stringify(line.slice(0, 60))}`
  const fields = new Map<string, string[]>()
  for (const each of lines) {
    const field = FIELD.exec(each)
    if (field === null) return `the line ${JSON.stringify(each.slice(0, 60))}`
    const name = field[1]!.toLowerCase()
    fields.set(name, [...(fields.get(name) ?? []), field[2]!.replace(/[ \t]+$/, '')])
  }
  const framing = framingOf(fields, minor)
  if ('wrong' in framing) return framing.wrong
  const bodyFrom = headTo + 4
  if (framing.chunked) return chunksEnd(text, bodyFrom)
  const to = bodyFrom + framing.length
  return to > text.length ? undefined : to
}

function loneBreak(text: string): boolean {
  return /[^\r]\n|^\n|\r[^\n]|\0/.test(text)
}

function framingOf(
  fields: ReadonlyMap<string, readonly string[]>,
  minor: string,
): { wrong: string } | { chunked: boolean; length: number } {
  const hosts = fields.get('host') ?? []
  if (hosts.length > 1 || (hosts.length === 0 && minor === '1'))
    return { wrong: `${hosts.length} Host fields` }
  if (hosts.length === 1 && !HOST.test(hosts[0]!)) return { wrong: `Host ${JSON.stringify(hosts[0])}` }
  const lengths = fields.get('content-length')
  const codings = fields.get('transfer-encoding')
  if (lengths !== undefined && codings !== undefined) return { wrong: 'both lengths' }
  if (codings !== undefined) {
    if (minor === '0') return { wrong: 'Transfer-Encoding in HTTP/1.0' }
    if (codings.length > 1 || codings[0]!.toLowerCase() !== 'chunked')
      return { wrong: `Transfer-Encoding ${JSON.stringify(codings)}` }
    return { chunked: true, length: 0 }
  }
  if (lengths === undefined) return { chunked: false, length: 0 }
  if (lengths.length > 1 || !/^\d{1,15}$/.test(lengths[0]!))
    return { wrong: `Content-Length ${JSON.stringify(lengths)}` }
  return { chunked: false, length: Number(lengths[0]) }
}

function chunksEnd(text: string, from: number): number | undefined | string {
  for (let at = from; ; ) {
    const lineTo = text.indexOf('\r\n', at)
    if (lineTo < 0) return loneBreak(text.slice(at)) ? 'a chunk size line with a lone CR or LF' : undefined
    const size = CHUNK_SIZE.exec(text.slice(at, lineTo))?.[1]
    if (size === undefined)
      return `the chunk size ${JSON.stringify(text.slice(at, Math.min(lineTo, at + 40)))}`
    const octets = Number.parseInt(size, 16)
    if (octets === 0) return trailersEnd(text, lineTo + 2)
    const dataTo = lineTo + 2 + octets
    if (dataTo + 2 > text.length) return undefined
    if (text.slice(dataTo, dataTo + 2) !== '\r\n') return 'chunk data without CR LF behind it'
    at = dataTo + 2
  }
}

function trailersEnd(text: string, from: number): number | undefined | string {
  for (let at = from; ; ) {
    const lineTo = text.indexOf('\r\n', at)
    if (lineTo < 0) return undefined
    if (lineTo === at) return lineTo + 2
    const field = FIELD.exec(text.slice(at, lineTo))
    if (field === null || NEVER_TRAILERS.test(field[1]!.toLowerCase()))
      return `the trailer ${JSON.stringify(text.slice(at, Math.min(lineTo, at + 40)))}`
    at = lineTo + 2
  }
}
