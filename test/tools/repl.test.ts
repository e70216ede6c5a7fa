/** `temblor repl`, as lines that are entered and what is printed for them. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { createRepl } from '#engine/tools/repl.ts'
import { temblor } from '../cli/fake-terminal.ts'
import { world } from '../dsl/front/world.ts'

const folder = mkdtempSync(join(tmpdir(), 'temblor-repl-'))
after(() => rmSync(folder, { recursive: true }))

suite('what is entered and what is printed', () => {
  const cases: [what: string, input: string[], out: string[], err?: RegExp][] = [
    ['values', ['1 + 1', '"a"', '1.0', '{}'], ['2', '"a"', '1.0', '{}']],
    ['locals stay', ['let a = 1', 'let b = a + 1; let a = 5', 'a + b'], ['7']],
    ['a local that is put into', ['let r = {}', 'let r.a = 1', 'r'], ['{"a":1}']],
    [
      'declarations stay',
      ['use std::array', 'const N = 2', 'fn f(x) with x * N end', 'f(array::len([1, 2, 3]))'],
      ['6'],
    ],
    [
      'a declaration of the same name takes its place',
      ['fn f(x) with x end', 'fn f(x) with x + 1 end', 'f(1)'],
      ['2'],
    ],
    [
      'event, metadata and state stay',
      ['let event = {"a": 1}', 'let $x = 2', 'let state = 3', '[event, $, state]'],
      ['[{"a":1},{"x":2},3]'],
    ],
    ['what is not ended goes on', ['match 1 of', '  case 1 => "one"', '  default => null', 'end'], ['"one"']],
    ['a heredoc goes on', ['let t = """', '  line', '  """', 't'], ['"  line\\n  "']],
    ['an empty line ends it', ['1 +', '', '2'], ['2'], /Unexpected end of the text.*\n --> <1>:1:4/],
    ['what is emitted, and where', ['emit 1', 'emit 2 => "side"', 'drop'], ['out: 1', 'side: 2', 'dropped']],
    [
      'an error at run time has its place, and the talk goes on',
      ['let a = {}', 'let b = 1;\na.b', '1'],
      ['1'],
      / --> <3>:1:3\n/,
    ],
    [
      'an error of the text has its place',
      ['fn f(x) with x end', 'f(1,', '2)'],
      [],
      /takes 1 argument, not 2\n --> <2>:1:1\n/,
    ],
    [
      'a warning is told where it is due, and not again',
      ['match 1 of case 1 => 2 end', '1'],
      ['2', '1'],
      /^warning(?![\s\S]*warning)/,
    ],
    [':event', [':event {"a": 1.50}', 'event.a', ':event'], ['{"a":1.50}', '1.50', '{"a":1.50}']],
    [':event with what is no JSON', [':event {'], [], /^Not JSON: /],
    [
      ':type',
      [':type 1', ':type 1.0', ':type <<1>>', ':type {"a": []}'],
      ['integer', 'float', 'bytes', 'record'],
    ],
    [':locals', ['fn f(x) with x end', 'let a = 1', ':locals'], ['fn f(x) with x end', 'let a = 1']],
    [':history', ['1', 'let a = 2', ':history'], ['1', '1', 'let a = 2']],
    [':reset', ['let event = 1', ':reset', 'event'], ['null']],
    [':quit', ['1', ':quit', '2'], ['1']],
    ['a command that is none', [':evnt'], [], /^Unknown command ":evnt", did you mean ":event"\?\n$/],
  ]
  for (const [what, input, out, err = /^$/] of cases) {
    test(what, async () => {
      const printed = await temblor(['repl'], { input: `${input.join('\n')}\n` })
      assert.equal(printed.out, out.map((line) => `${line}\n`).join(''), printed.err)
      assert.match(printed.err, err)
    })
  }
})

test('a file is run first, and can be loaded later', async () => {
  const file = join(folder, 'functions.tremor')
  writeFileSync(file, 'fn twice(x) with x * 2 end;\nlet a = twice(2);')
  assert.equal((await temblor(['repl', file, '--event', '3'], { input: 'twice(a + event)\n' })).out, '14\n')
  assert.equal((await temblor(['repl'], { input: `:load ${file}\na\n` })).out, '4\n')
  assert.match(
    (await temblor(['repl'], { input: ':load nowhere\n' })).err,
    /^Cannot read "nowhere": it does not exist\n$/,
  )
})

test('piped, it fails if something failed', async () => {
  assert.equal((await temblor(['repl'], { input: '1\n' })).code, 0)
  assert.equal((await temblor(['repl'], { input: 'nothing\n1\n' })).code, 1)
})

test('words are completed: commands, and what was declared', () => {
  const repl = createRepl(world, { colour: false, columns: 80 })
  assert.deepEqual(repl.complete(':ev'), [['event'], 'ev'])
  repl.line('use std::array')
  repl.line('let total = 1')
  assert.deepEqual(repl.complete('1 + tot'), [['total'], 'tot'])
  assert.deepEqual(repl.complete('array::pus'), [['push'], 'pus'])
})

test('a value that is too long for its line is spread over several', () => {
  const repl = createRepl(world, { colour: false, columns: 10 })
  assert.equal(repl.line('[1, 2, 3, 4, 5, 6]').out, '[\n  1,\n  2,\n  3,\n  4,\n  5,\n  6\n]\n')
})
