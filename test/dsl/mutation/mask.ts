/** Which characters of a TypeScript text are code: the rest are comments, strings and patterns. */

/** The same text with a space for every character that is not code; line ends stay. */
export function maskOf(text: string): string {
  const out = [...Array(text.length).keys()].map((at) => text[at]!)
  let at = 0
  code(undefined)
  return out.join('')

  /** Reads code up to the brace that closes a template's hole, or to the end. */
  function code(until: '}' | undefined): void {
    let depth = 0
    while (at < text.length) {
      const char = text[at]!
      if (char === '{') depth++
      else if (char === '}' && until !== undefined && depth-- === 0) return
      const skipped = skip(char)
      if (!skipped) at++
    }
  }

  function skip(char: string): boolean {
    if (char === '/' && text[at + 1] === '/') return blank(end(text.indexOf('\n', at)))
    if (char === '/' && text[at + 1] === '*') return blank(end(text.indexOf('*/', at)) + 2)
    if (char === "'" || char === '"') return blank(closing(char))
    if (char === '/' && startsPattern()) return blank(patternEnd())
    return char === '`' ? template() : false
  }

  function template(): boolean {
    blank(at + 1)
    while (at < text.length && text[at] !== '`') {
      if (text[at] === '\\') blank(at + 2)
      else if (text.startsWith('${', at)) {
        blank(at + 2)
        code('}')
        blank(at + 1)
      } else blank(at + 1)
    }
    return blank(at + 1)
  }

  function closing(quote: string): number {
    let to = at + 1
    while (to < text.length && text[to] !== quote) to += text[to] === '\\' ? 2 : 1
    return to + 1
  }

  function startsPattern(): boolean {
    const before = text.slice(0, at).trimEnd()
    return /[(,=:[!&|?{};<>+]$|\b(return|of|in)$/.test(before) && text[at + 1] !== ' '
  }

  function patternEnd(): number {
    let [to, isClass] = [at + 1, false]
    for (; to < text.length && (isClass || text[to] !== '/'); to++) {
      if (text[to] === '\\') to++
      else if (text[to] === '[') isClass = true
      else if (text[to] === ']') isClass = false
    }
    while (/\w/.test(text[to + 1] ?? '')) to++
    return to + 1
  }

  function end(found: number): number {
    return found < 0 ? text.length : found
  }

  function blank(to: number): true {
    for (; at < Math.min(to, text.length); at++) if (text[at] !== '\n') out[at] = ' '
    return true
  }
}
