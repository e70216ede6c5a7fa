import { FunctionError } from './function.ts'

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\', n: '\n', t: '\t', r: '\r' }

/** What a separator in a rule of kv and dissect stands for: `\n`, `\t`, `\r` and `\\`. Throws `FunctionError` on others. */
export function unescapeSeparator(text: string): string {
  return text.replace(/\\([\s\S]?)/g, (sequence, letter: string) => {
    const char = ESCAPES[letter]
    if (char === undefined) throw new FunctionError(`The escape "${sequence}" is not known in a separator`)
    return char
  })
}
