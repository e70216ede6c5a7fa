import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { converterNames } from '../../convert/converters.ts'
import { defineCommand, value } from '../command.ts'
import { CommandFailure, exit, UsageError } from '../exit.ts'
import type { Terminal } from '../terminal.ts'

export default defineCommand({
  summary: "Convert another system's configuration to ours",
  details:
    'What is written is what "run --from" runs, commented, to go on with. Without --out it is printed. Exits with 1 if the file cannot be converted.\n\n' +
    'FILE may be left out: then it is the one that the other system would read, as its environment says.',
  args: [{ name: '[FILE]', doc: 'The configuration of the other system' }],
  flags: {
    from: value('KIND', 'The other system', { choices: converterNames() }),
    out: value('DIR', 'Write the files to DIR, which must not hold them yet', { short: 'o' }),
  },
  examples: [
    [
      'temblor convert --from sidecar-dispatcher config.yaml --out sidecar',
      'Files to run: temblor run sidecar',
    ],
    ['temblor convert --from go-reverse-proxy proxy-configs/proxyConfig.yaml', 'See what would be written'],
  ],
  async run({ args, flags }, terminal) {
    if (flags.from === undefined)
      throw new UsageError(`Say which system the file is of: --from ${converterNames().join(' or --from ')}`)
    const { convertNow, inMemory, isConverted, readFrom } = await import('../from.ts')
    const { check } = await import('../../check.ts')
    const { prettyFindings } = await import('../findings.ts')
    const from = await readFrom(flags.from, args)
    const read = convertNow(from, terminal)
    terminal.err(prettyFindings(read.findings, terminal.stderr))
    if (!isConverted(read)) return exit.no
    const { paths, files } = inMemory(from, read.files)
    const { findings } = await check(paths, { files, env: {} })
    // What is wrong with what we wrote is no fault of the reader's.
    if (findings.length > 0) throw new Error(prettyFindings(findings, terminal.stderr))
    if (flags.out !== undefined) {
      write(read.files, flags.out, terminal)
      terminal.err(`Run them: temblor run ${flags.out}${metricsFlag(read.metrics)}\n`)
      return exit.done
    }
    terminal.out([...read.files].map(([name, text]) => `# ---- ${name}\n${text}`).join('\n'))
    return exit.done
  },
})

/** All files or none: one that is there already is somebody's work. */
function write(made: ReadonlyMap<string, string>, directory: string, terminal: Terminal): void {
  const target = resolve(terminal.directory, directory)
  try {
    mkdirSync(target, { recursive: true })
    for (const [name, text] of made) {
      writeFileSync(join(target, name), text, { flag: 'wx' })
      terminal.out(`${join(directory, name)}\n`)
    }
  } catch (error) {
    throw new CommandFailure(exit.no, `Cannot write to "${directory}": ${(error as Error).message}`)
  }
}

/** Where metrics are served is said to the process, not written in a file. */
function metricsFlag(at: { readonly host: string; readonly port: number } | undefined): string {
  if (at === undefined) return ''
  return ` --metrics ${at.host.includes(':') ? `[${at.host}]` : at.host}:${at.port}`
}
