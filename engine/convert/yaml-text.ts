/** Values as YAML in the flow of a file that is written for people: short where it can be, quoted where it must be. */

/** A value that reads back as this text, also if it holds `${`, which would be filled in from the environment. */
export function scalar(text: string): string {
  return key(text.replaceAll('${', () => '$${'))
}

/** A key that reads back as this text. */
export function key(text: string): string {
  return plain.test(text) && !taken.test(text) ? text : JSON.stringify(text)
}

/** Every character harmless wherever it stands: no quotes, brackets, `#`, no `:` before a space. */
const plain = /^[A-Za-z_/$][\w./$*+@%=~-]*(?::[\w./$*+@%=~-]+)*$/

/** Words that are no texts in YAML 1.1 or 1.2. */
const taken = /^(?:true|false|yes|no|on|off|null|y|n|~)$/i

/** A block of lines, each moved right. */
export function indent(lines: readonly string[], by: number): string {
  return lines.map((line) => (line === '' ? '\n' : `${' '.repeat(by)}${line}\n`)).join('')
}

/** A comment that says this; other people's names may hold line breaks. */
export function comment(text: string): string {
  return `# ${text.replace(/\s+/g, ' ').trim()}`
}
