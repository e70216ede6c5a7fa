import { writeFileSync } from 'node:fs'
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { version } from '../../home.ts'
import { defineCommand, toggle, value } from '../command.ts'
import { CommandFailure, exit } from '../exit.ts'
import type { Terminal } from '../terminal.ts'

export default defineCommand({
  summary: 'Say what is wrong with a configuration, its pipelines and scripts',
  details: 'What check accepts is what run runs: they are the same code. Exits with 1 if there are errors.',
  args: [
    {
      name: 'PATH...',
      doc: 'Files (.yaml, .trickle, .tremor), directories of them, or - for YAML from stdin',
    },
  ],
  flags: {
    format: value('FORMAT', 'How to print findings', {
      choices: ['pretty', 'json', 'github', 'sarif'],
      default: 'pretty',
    }),
    json: toggle('The same as --format json'),
    'deny-warnings': toggle('Warnings are errors'),
    workers: toggle('Say besides what each worker would have of its own under run --workers'),
    fix: toggle('Apply the fixes that findings offer, then check again'),
  },
  examples: [
    ['temblor check ./config', 'Every finding, with the line and what would be right'],
    ['temblor check --fix ./config', 'Mend what can be mended without asking'],
    ['temblor check --format github --deny-warnings .', 'In a workflow'],
  ],
  async run({ args, flags }, terminal) {
    const { check } = await import('../../check.ts')
    const { countOf, countText } = await import('../findings.ts')
    let checked = await check(args)
    if (flags.fix && (await mend(checked.findings, terminal)) > 0) checked = await check(args)
    const { findings, files } = checked
    terminal.out(await laidOut(findings, flags.json ? 'json' : flags.format, terminal))
    const { errors, warnings } = countOf(findings)
    if (files.length === 0 && errors === 0)
      throw new CommandFailure(
        exit.no,
        `There is no .yaml, .yml or .trickle file in ${args.map((path) => `"${path}"`).join(', ')}`,
      )
    if (flags.format === 'pretty' && !flags.json) {
      const counted = countText(findings) || 'nothing to say'
      terminal.err(
        `${findings.length > 0 ? '\n' : ''}Checked ${files.length} file${files.length === 1 ? '' : 's'}: ${counted}\n`,
      )
    }
    if (flags.workers && checked.plan !== undefined) {
      const { perWorker } = await import('../../workers/per-worker.ts')
      const own = perWorker(checked.plan).map((each) => `  ${each}\n`)
      terminal.err(
        own.length === 0 ? 'Workers share all of it\n' : `Each worker has its own:\n${own.join('')}`,
      )
    }
    return errors > 0 || (flags['deny-warnings'] && warnings > 0) ? exit.no : exit.done
  },
})

async function laidOut(findings: readonly Diagnostic[], format: string, terminal: Terminal): Promise<string> {
  const { githubOf, plain, sarifOf } = await import('../formats.ts')
  const { countOf, prettyFindings } = await import('../findings.ts')
  if (format === 'json')
    return `${JSON.stringify({ schema: 1, ...countOf(findings), findings: findings.map(plain) })}\n`
  if (format === 'github') return githubOf(findings)
  if (format === 'pretty') return prettyFindings(findings, terminal.stdout)
  const { loadKinds } = await import('../../kinds.ts')
  return sarifOf(findings, { kinds: await loadKinds(), version })
}

async function mend(findings: readonly Diagnostic[], terminal: Terminal): Promise<number> {
  const { applyFixes } = await import('../fix.ts')
  const { texts, mended } = applyFixes(findings)
  for (const [name, text] of texts) writeFileSync(name, text)
  if (mended > 0) terminal.err(`Mended ${mended} in ${[...texts.keys()].join(', ')}\n`)
  return mended
}
