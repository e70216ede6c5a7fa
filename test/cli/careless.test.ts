/** What the tools say where they are given something they cannot use: a line that helps, never a stack, and exit code 1. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { temblor } from './fake-terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'temblor-careless-'))
after(() => rmSync(folder, { recursive: true }))
const at = (name: string) => join(folder, name)

mkdirSync(at('nothing-in-it'))
mkdirSync(at('folder.tremor'))
symlinkSync('circle.tremor', at('circle.tremor'))
for (const ending of ['tremor', 'trickle', 'yaml', 'test.yaml']) writeFileSync(at(`empty.${ending}`), '')
for (const ending of ['tremor', 'trickle', 'yaml', 'test.yaml'])
  writeFileSync(at(`binary.${ending}`), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0xff, 0xfe, 0x80]))
writeFileSync(at('huge.tremor'), 'let x = 1;\n'.repeat(100_000))
writeFileSync(at('windows.tremor'), '\ufefflet  x = 1;\r\nx\r\n')
writeFileSync(at('windows.trickle'), '\ufeffselect  event from in into out;\r\n')
writeFileSync(at('controls.tremor'), 'let x = "\u001b[2J\u202e" - 1;\nx')
writeFileSync(at('wide.tremor'), `[${'1, '.repeat(100_000)}1]\n`)
writeFileSync(at('notes.txt'), 'event')

suite('files that cannot be used', () => {
  const reasons: readonly (readonly [name: string, why: RegExp])[] = [
    ['not-there.tremor', /Cannot read ".*not-there\.tremor": it does not exist/],
    ['not-there.test.yaml', /Cannot read ".*not-there\.test\.yaml": it does not exist/],
    ['circle.tremor', /Cannot read ".*circle\.tremor": its links lead in a circle/],
    ['binary.tremor', /Cannot read ".*binary\.tremor": it is no UTF-8 text/],
    ['binary.trickle', /Cannot read ".*binary\.trickle": it is no UTF-8 text/],
    ['huge.tremor', /Cannot read ".*huge\.tremor": it is longer than 1 MiB/],
  ]
  for (const [name, why] of reasons) {
    for (const command of [['check'], ['fmt'], ['fmt', '--check'], ['graph'], ['eval', '-n', '-f']]) {
      test(`${command.join(' ')} ${name}`, () => refused([...command, at(name)], why))
    }
  }

  const rows: readonly (readonly [argv: string[], says: RegExp])[] = [
    [['check', at('nothing-in-it')], /There is no .* file in ".*nothing-in-it"/],
    [['check', at('folder.tremor')], /There is no .* file in ".*folder\.tremor"/],
    [['check', at('binary.yaml')], /Cannot read ".*binary\.yaml": it is no UTF-8 text/],
    [['check', at('notes.txt')], /Cannot read ".*notes\.txt": it is of no known kind/],
    [['check', at('empty.tremor')], /Unexpected end of the text/],
    [['fmt', at('nothing-in-it')], /There is no \.tremor and no \.trickle file in ".*nothing-in-it"/],
    [['fmt', at('empty.yaml')], /Cannot format ".*empty\.yaml": only \.tremor and \.trickle files/],
    [['fmt', at('notes.txt')], /Cannot format ".*notes\.txt"/],
    [
      ['test', at('nothing-in-it')],
      /There are no tests in ".*nothing-in-it": a test is a \*\.test\.yaml file/,
    ],
    [['test', at('windows.tremor')], /There are no tests in ".*windows\.tremor"/],
    [['test', at('binary.test.yaml')], /Cannot read ".*binary\.test\.yaml": it is no UTF-8 text/],
    [['test', at('empty.test.yaml')], /The field "configuration" of test file is missing/],
    [['eval', '-n', '-f', at('nothing-in-it')], /Cannot read ".*nothing-in-it": it is a directory/],
    [['eval', '-n', '-f', at('empty.tremor')], /^\S*empty\.tremor:1:1: error\[E0020\]/],
    [['eval', 'event', '-i', at('nothing-in-it')], /Cannot read ".*nothing-in-it": it is a directory/],
    [['eval', 'event', '-i', at('not-there')], /Cannot read ".*not-there": it does not exist/],
    [['explain', 'E9999'], /E9999/],
    [['explain', 'string::upercase'], /string::uppercase/],
  ]
  for (const [argv, says] of rows) {
    test(argv.map((word) => word.replace(`${folder}/`, '')).join(' '), () => refused(argv, says))
  }

  test('a filter that fits nothing is told apart from there being no tests', async () => {
    await refused(
      ['test', '--filter', 'no such test', 'bindings'],
      /No test in "bindings" has "no such test"/,
    )
  })
})

suite('files that are odd, and fine', () => {
  test('a mark of the byte order, and line ends of Windows', async () => {
    for (const name of ['windows.tremor', 'windows.trickle']) {
      assert.equal((await temblor(['check', at(name)])).code, 0)
      const { out } = await temblor(['fmt', at(name)])
      assert.doesNotMatch(out, /\ufeff|\r| {2}/)
    }
    assert.equal((await temblor(['eval', '-n', '-f', at('windows.tremor')])).out, '1\n')
  })

  test('a list of a hundred thousand', async () => {
    const { code, err } = await temblor(['fmt', at('wide.tremor')])
    assert.deepEqual([code, err], [0, ''])
  })

  test('what a terminal would obey is shown, not sent', async () => {
    const { out } = await temblor(['check', at('controls.tremor')])
    assert.match(out, /"␛\[2J·" - 1/)
    assert.doesNotMatch(out, /\u001b|\u202e/)
  })
})

async function refused(argv: string[], says: RegExp): Promise<void> {
  const { code, out, err } = await temblor(argv)
  assert.equal(code, 1, `${out}${err}`)
  assert.match(`${err}${out}`, says)
  assert.doesNotMatch(`${err}${out}`, /\n {4}at |This is a bug/)
}
