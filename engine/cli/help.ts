/** Help texts: examples first, then the rest. The only place that lays help out. */
import type { CommandSpec, Flag } from './command.ts'

/** Wide enough for prose, narrow enough for a split screen. */
const width = 80
const helpRow = ['-h, --help', 'Show this'] as const

export function overviewHelp(
  commands: readonly { readonly name: string; readonly summary: string }[],
): string {
  const column = Math.max(...commands.map(({ name }) => name.length)) + 4
  return [
    'Temblor runs pipelines of events between onramps and offramps: a dataflow engine\nand programmable reverse proxy.',
    section('Examples', [
      example('temblor demo', 'Three upstreams, a proxy before them, and lines to paste'),
      example('temblor run ./config --watch', 'Run the files of a folder, and apply what is edited'),
      example('temblor check ./config', 'Say what is wrong with them'),
    ]),
    section(
      'Commands',
      commands.map(({ name, summary }) => entry(name, summary, column)),
    ),
    'temblor help COMMAND shows what a command takes.\n',
  ].join('\n\n')
}

export function commandHelp(name: string, spec: CommandSpec): string {
  const args = spec.args ?? []
  const flags = Object.entries(spec.flags)
  const rows = [...flags.map(([flag, about]) => [flagForm(flag, about), flagDoc(about)] as const), helpRow]
  const column = Math.min(
    30,
    Math.max(6, ...rows.map(([form]) => form.length), ...args.map((arg) => arg.name.length)) + 4,
  )
  const usage = [
    'temblor',
    name,
    ...(flags.length > 0 ? ['[FLAGS]'] : []),
    ...args.map((arg) => arg.name),
  ].join(' ')
  return `${[
    wrap(spec.summary, 0),
    section(
      'Examples',
      spec.examples.map(([line, doc]) => example(line, doc)),
    ),
    section('Usage', [`  ${usage}`]),
    ...(args.length > 0
      ? [
          section(
            'Arguments',
            args.map((arg) => entry(arg.name, arg.doc, column)),
          ),
        ]
      : []),
    section(
      'Flags',
      rows.map(([form, doc]) => entry(form, doc, column)),
    ),
    ...(spec.details ? spec.details.split('\n\n').map((paragraph) => wrap(paragraph, 0)) : []),
  ].join('\n\n')}\n`
}

/** `-w, --watch`, `--admin ADDR`. */
export function flagForm(name: string, flag: Flag): string {
  const short = flag.short ? `-${flag.short}, ` : ''
  return `${short}--${name}${flag.placeholder ? ` ${flag.placeholder}` : ''}`
}

function flagDoc(flag: Flag): string {
  const more = [
    ...(flag.choices ? [flag.choices.join(', ')] : []),
    ...(flag.default !== undefined && flag.default !== '' ? [`default ${flag.default}`] : []),
    ...(flag.kind === 'values' ? ['may be repeated'] : []),
  ]
  return more.length > 0 ? `${flag.doc} (${more.join('; ')})` : flag.doc
}

function section(title: string, lines: readonly string[]): string {
  return `${title}\n${lines.join('\n')}`
}

function example(line: string, doc: string): string {
  return `  ${line}\n${wrap(doc, 6)}`
}

function entry(term: string, doc: string, column: number): string {
  const text = wrap(doc, column)
  const head = `  ${term}`
  return head.length < column ? head + text.slice(head.length) : `${head}\n${text}`
}

function wrap(text: string, indent: number): string {
  const room = width - indent
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= room)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.map((line) => ' '.repeat(indent) + line).join('\n')
}
