/**
 * Variables from a `.env` file: `NAME=value` as shells and most tools write it, or `NAME: value` as go-reverse-proxy's
 * page does. Quotes around a value are taken off, a `#` after a space begins a comment, other lines are passed over.
 */
export function readEnvFile(text: string): Readonly<Record<string, string>> {
  const variables = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const found = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*(?:=|:(?=\s|$))\s*(.*)$/.exec(line)
    if (found !== null) variables.set(found[1]!, unquoted(found[2]!))
  }
  return Object.fromEntries(variables)
}

function unquoted(text: string): string {
  const quoted = /^(["'])(.*?)\1\s*(?:#.*)?$/.exec(text)
  return quoted === null ? text.replace(/(?:^|\s+)#.*$/, '').trim() : quoted[2]!
}
