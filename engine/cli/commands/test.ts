import type { Covered } from '../../tools/coverage.ts'
import type { SuiteResult, Tested } from '../../tools/test-suite.ts'
import { defineCommand, toggle, value } from '../command.ts'
import { CommandFailure, exit } from '../exit.ts'
import type { Terminal } from '../terminal.ts'

export default defineCommand({
  summary: 'Run the tests of a configuration and of scripts',
  details:
    'A test is a folder with script.tremor or query.trickle, lines of JSON in "in", and what is to come of them in "out" or ' +
    '"error.txt"; or it stands in a *.test.yaml file, which inserts events and sends requests into a configuration, moves the ' +
    'clock on, and says what is to be seen where. The real engine runs, without sockets; behind offramps are mocks.',
  args: [
    { name: '[PATH...]', doc: 'Test files, case folders, or directories of them; by default what is here' },
  ],
  flags: {
    filter: value('TEXT', 'Only tests whose name or path holds this'),
    update: toggle('Let failed expectations say what was found'),
    coverage: toggle('List the cases of scripts that no test took'),
    json: toggle('Print the results as JSON'),
  },
  examples: [
    ['temblor test', 'All tests of this folder'],
    ['temblor test bindings --coverage', 'And which cases of its scripts they leave out'],
    ['temblor test --filter overflow --json .', 'Some of them, for a machine'],
  ],
  async run({ args, flags }, terminal) {
    const { runSuite } = await import('../../tools/test-suite.ts')
    const { Unreadable } = await import('../../tools/files.ts')
    const { prettyFindings } = await import('../findings.ts')
    const show = (test: Tested) => {
      terminal.out(`${lineOf(test, terminal)}\n`)
      if (!test.passed) terminal.out(`\n${prettyFindings(test.findings, terminal.stdout)}\n`)
    }
    try {
      const result = await runSuite(args.length === 0 ? ['.'] : args, {
        env: terminal.environment,
        update: flags.update,
        ...(flags.filter === undefined ? {} : { filter: flags.filter }),
        ...(flags.json ? {} : { ended: show }),
      })
      if (result.tests.length === 0) throw noTests(args, flags.filter)
      if (flags.json) terminal.out(await jsonOf(result))
      else terminal.out(summaryOf(result, flags.coverage))
      return result.tests.every(({ passed }) => passed) ? exit.done : exit.no
    } catch (error) {
      throw error instanceof Unreadable ? new CommandFailure(exit.no, error.message) : error
    }
  },
})

function noTests(args: readonly string[], filter: string | undefined): CommandFailure {
  const where = args.length === 0 ? 'here' : `in ${args.map((path) => `"${path}"`).join(', ')}`
  return new CommandFailure(
    exit.no,
    filter === undefined
      ? `There are no tests ${where}: a test is a *.test.yaml file, or a folder with script.tremor or query.trickle, "in" and "out"`
      : `No test ${where} has "${filter}" in its name or path`,
  )
}

function lineOf({ path, name, passed, updated }: Tested, { stdout }: Terminal): string {
  const word = updated ? 'updated' : passed ? 'ok' : 'FAILED'
  const colour = stdout.colour ? (passed ? '\x1b[32m' : '\x1b[31m') : ''
  return `${colour}${word}${colour === '' ? '' : '\x1b[0m'}  ${path}: ${name}`
}

function summaryOf({ tests, coverage }: SuiteResult, all: boolean): string {
  const failed = tests.filter(({ passed }) => !passed).length
  const [arms, taken] = [sum(coverage, 'arms'), sum(coverage, 'taken')]
  const lines = [`\n${tests.length - failed} passed, ${failed} failed`]
  if (arms > 0) lines.push(`${taken} of ${arms} cases of scripts taken`)
  if (all) for (const each of coverage) lines.push(...missedOf(each))
  return `${lines.join('\n')}\n`
}

function missedOf({ source, missed }: Covered): string[] {
  return missed.map(({ line, text }) => `  ${source}:${line}  ${text}`)
}

function sum(coverage: readonly Covered[], what: 'arms' | 'taken'): number {
  return coverage.reduce((total, each) => total + each[what], 0)
}

async function jsonOf({ tests, coverage }: SuiteResult): Promise<string> {
  const { plain } = await import('../formats.ts')
  const failed = tests.filter(({ passed }) => !passed).length
  const all = tests.map(({ findings, ...test }) => ({ ...test, findings: findings.map(plain) }))
  return `${JSON.stringify({ schema: 1, passed: tests.length - failed, failed, tests: all, coverage })}\n`
}
