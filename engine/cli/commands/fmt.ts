import { writeFileSync } from 'node:fs'
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { format } from '#dsl/service/format.ts'
import type { Source } from '#dsl/source.ts'
import { defineCommand, toggle } from '../command.ts'
import { CommandFailure, exit, UsageError } from '../exit.ts'
import type { Terminal } from '../terminal.ts'

export default defineCommand({
  summary: 'Lay out scripts and queries in the house style',
  details:
    'Words and comments stay as they are, and in their order: only lines, indentation and blanks change. Of the author, ' +
    'empty lines are kept, and line breaks behind "of", "with", "=>" and opening brackets. Without a flag, the result is printed.',
  args: [
    {
      name: '[PATH...]',
      doc: 'Files (.tremor, .trickle), directories of them, or - for stdin, as without it',
    },
  ],
  flags: {
    write: toggle('Write the result to the files', { short: 'w' }),
    check: toggle('Say which files differ, and exit with 1 if one does'),
    diff: toggle('Print what would change, as a patch'),
  },
  examples: [
    ['temblor fmt -w ./config', 'All scripts and queries of a folder'],
    ['temblor fmt --check --diff ./config', 'In a workflow'],
    ['temblor fmt - < main.trickle', 'From an editor'],
  ],
  async run({ args, flags }, terminal) {
    if (flags.write && (flags.check || flags.diff))
      throw new UsageError('Either --write, or --check and --diff')
    const sources = await sourcesOf(args, terminal)
    let differs = false
    const wrong: Diagnostic[] = []
    for (const source of sources) {
      const { text, findings } = format(source, kindOf(source.name))
      if (text === undefined) {
        wrong.push(...findings)
        continue
      }
      if (text !== source.text) differs = true
      await deliver({ source, text }, flags, terminal)
    }
    if (wrong.length > 0) {
      const { prettyFindings } = await import('../findings.ts')
      terminal.err(prettyFindings(wrong, terminal.stderr))
    }
    return wrong.length > 0 || (flags.check && differs) ? exit.no : exit.done
  },
})

async function deliver(
  { source, text }: { readonly source: Source; readonly text: string },
  flags: { readonly write: boolean; readonly check: boolean; readonly diff: boolean },
  terminal: Terminal,
): Promise<void> {
  const isStdin = source.name === stdinName
  if (!flags.check && !flags.diff && (!flags.write || isStdin)) return terminal.out(text)
  if (text === source.text) return
  if (flags.diff) {
    const { unifiedDiff } = await import('../../tools/diff.ts')
    return terminal.out(unifiedDiff(source.text, text, source.name))
  }
  terminal.err(`${source.name}\n`)
  if (flags.write) writeFileSync(source.name, text)
}

const stdinName = '<stdin>'

async function sourcesOf(args: readonly string[], terminal: Terminal): Promise<Source[]> {
  const { programFiles, readText, Unreadable } = await import('../../tools/files.ts')
  const sources: Source[] = []
  try {
    for (const path of args.length === 0 ? ['-'] : args) {
      if (path === '-') sources.push({ name: stdinName, text: await terminal.readInput() })
      else {
        const names = programFiles(path)
        if (names.length === 0)
          throw new CommandFailure(exit.no, `There is no .tremor and no .trickle file in "${path}"`)
        for (const name of names) {
          if (kindOf(name) === undefined)
            throw new CommandFailure(
              exit.no,
              `Cannot format "${name}": only .tremor and .trickle files are formatted`,
            )
          sources.push({ name, text: readText(name) })
        }
      }
    }
    return sources
  } catch (error) {
    throw error instanceof Unreadable ? new CommandFailure(exit.no, error.message) : error
  }
}

function kindOf(name: string): 'script' | 'query' | undefined {
  if (name.endsWith('.trickle')) return 'query'
  return name.endsWith('.tremor') ? 'script' : undefined
}
