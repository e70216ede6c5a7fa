import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { commandNames, loadCommand } from '#engine/cli/commands.ts'
import { wantsColour } from '#engine/cli/terminal.ts'
import { version } from '#engine/home.ts'
import { temblor } from './fake-terminal.ts'

suite('exit codes and where things are printed', () => {
  const cases: { line: string; code: number; out?: RegExp; err?: RegExp }[] = [
    { line: '', code: 0, out: /^Temblor runs pipelines[\s\S]*Commands\n/ },
    { line: '--help', code: 0, out: /Commands\n/ },
    { line: 'help', code: 0, out: /Commands\n/ },
    { line: 'help respond', code: 0, out: /^Run the embedded upstream/ },
    { line: 'respond --help', code: 0, out: /^Run the embedded upstream/ },
    { line: 'respond -h', code: 0, out: /^Run the embedded upstream/ },
    { line: 'version', code: 0, out: new RegExp(`^temblor ${version} \\(node `) },
    { line: '--version', code: 0, out: /^temblor / },
    {
      line: 'chekc x',
      code: 64,
      err: /^temblor: Unknown command "chekc", did you mean "check"\?\nSee: temblor --help\n$/,
    },
    { line: 'help chekc', code: 64, err: /Unknown command "chekc"/ },
    {
      line: 'version --jsn',
      code: 64,
      err: /^temblor: Unknown option "--jsn", did you mean "--json"\?\nSee: temblor version --help\n$/,
    },
    {
      line: 'version now',
      code: 64,
      err: /^temblor: Too many arguments for "version": expected 0 arguments but got 1: now\n/,
    },
    { line: 'check', code: 64, err: /^temblor: Missing required argument "PATH"\n/ },
    {
      line: 'check --format xml x',
      code: 64,
      err: /"xml" is invalid\. Allowed choices are pretty, json, github, sarif\n/,
    },
    { line: 'run --admin 1 --no-admin x', code: 64, err: /--admin and --no-admin exclude each other/ },
    { line: 'run --connect-to a:b x', code: 64, err: /"a:b" is not of the form HOST:PORT:HOST2:PORT2/ },
    { line: 'run --grace soon x', code: 64, err: /"soon" is not a duration for --grace/ },
    { line: 'respond --listen 99999', code: 64, err: /"99999" is not an address for --listen/ },
    { line: 'respond --fail-rate 2', code: 64, err: /"2" is not a number from 0 to 1/ },
    { line: 'completion ksh', code: 64, err: /Unknown shell "ksh": bash, zsh, fish, powershell are known/ },
    { line: 'healthcheck --url http://127.0.0.1:1', code: 1, out: /^127\.0\.0\.1:1 does not answer/ },
  ]
  for (const { line, code, out, err } of cases) {
    test(line === '' ? '(nothing)' : line, async () => {
      const printed = await temblor(line.split(' ').filter(Boolean))
      assert.equal(printed.code, code, printed.err)
      assert.match(printed.out, out ?? /^$/)
      assert.match(printed.err, err ?? /^$/)
    })
  }
})

test('facts come as JSON too, one document with a schema number', async () => {
  const { out } = await temblor(['version', '--json'])
  assert.deepEqual(JSON.parse(out), {
    schema: 1,
    version,
    node: process.versions.node,
    platform: `${process.platform}-${process.arch}`,
  })
})

suite('every command introduces itself', async () => {
  for (const name of commandNames()) {
    test(name, async () => {
      const spec = (await loadCommand(name))!
      assert.match(spec.summary, /^[A-Z].*[^.]$/)
      assert.ok(spec.examples.length > 0)
      const { out } = await temblor([name, '--help'])
      assert.ok(out.indexOf('Examples') < out.indexOf('Usage'), 'examples come first')
      const wide = out
        .split('\n')
        .filter((line) => line.length > 80 && !line.startsWith('  temblor') && !line.startsWith('  curl'))
      assert.deepEqual(wide, [])
    })
  }
})

test('completion knows every command and flag', async () => {
  for (const shell of ['bash', 'zsh', 'fish', 'powershell']) {
    const { out } = await temblor(['completion', shell])
    for (const name of commandNames()) assert.ok(out.includes(name), `${shell} knows ${name}`)
    assert.ok(out.includes('fail-rate'))
  }
})

suite('colour is for people who want it', () => {
  const cases: [environment: Record<string, string>, isTerminal: boolean, wanted: boolean][] = [
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
  ]
  for (const [environment, isTerminal, wanted] of cases) {
    test(`${JSON.stringify(environment)} at ${isTerminal ? 'a terminal' : 'a pipe'}`, () => {
      assert.equal(wantsColour(environment, isTerminal), wanted)
    })
  }
})
