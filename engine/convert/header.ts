/** What a header that another system is told to set may be called, and hold. */

const token = /^[!#$%&'*+.^_`|~\w-]+$/
const value = /^[\t\x20-\x7e\x80-\xff]*$/

/** What is wrong with a header, if anything is. */
export function headerTrouble(name: string, text: string): string | undefined {
  if (!token.test(name)) return `No message can have a header of the name "${name}"`
  if (!value.test(text))
    return `No message can have this value of the header "${name}": it holds a control character or one beyond latin1`
  return undefined
}

/** Whether a header is about how the message is framed (RFC 9110 7.6.1), which no rule may touch. */
export function isFraming(name: string): boolean {
  return framing.has(name.toLowerCase())
}

const framing: ReadonlySet<string> = new Set(
  'connection content-length expect http2-settings keep-alive proxy-connection te trailer transfer-encoding upgrade'.split(
    ' ',
  ),
)
