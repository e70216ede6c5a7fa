/**
 * How texts are laid out: each folder of test/cases/format holds a text `in.*` and `out.*`, what becomes of it.
 * `--test-update-snapshots` writes the latter anew.
 */
import assert from 'node:assert/strict'
import { globSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { lex } from '#dsl/grammar/lex.ts'
import { parseQuery, parseScript } from '#dsl/passes/1-parse.ts'
import { format } from '#dsl/service/format.ts'
import { unitsOf } from '#dsl/service/units.ts'
import { home } from '#engine/home.ts'

const cases = join(home, 'test/cases/format')

for (const name of readdirSync(cases)) {
  test(name.replaceAll('-', ' '), (t) => {
    const file = readdirSync(join(cases, name)).find((file) => file.startsWith('in.'))!
    const text = formatted({ name: file, text: readFileSync(join(cases, name, file), 'utf8') })
    t.assert.fileSnapshot(text, join(cases, name, `out${extname(file)}`), { serializers: [String] })
    assert.equal(formatted({ name: file, text }), text, 'what is laid out stays as it is')
  })
}

const behind: Record<string, string> = { '<doc-comment>': '\n', '<mod-comment>': '\n', '#!config': ' ' }

/** Everything in the house that can be read. */
const programs = ['test/cases', 'pipelines', 'bench/script']
  .flatMap((folder) => globSync(`${folder}/**/*.{tremor,trickle}`, { cwd: home }))
  .sort()
  .map((name) => ({ name, text: readFileSync(join(home, name), 'utf8') }))
  .filter((source) => format(source, kindOf(source.name)).text !== undefined)

suite('the meaning stays, and laying out again changes nothing', () => {
  test('of every program in the house', () => {
    assert.ok(programs.length > 80)
    for (const program of programs) keepsMeaning(program)
  })

  test('of programs with breaks and comments at any place', () => {
    const gap = fc.constantFrom(
      ' ',
      ' ',
      ' ',
      '\n',
      '\n\n',
      ' # said\n',
      '\n# alone\n',
      '\n\n # far\n\n',
      ' # one\n# two\n',
    )
    const program = fc.constantFrom(...programs).chain((program) => {
      const words = wordsOf(program)
      return fc
        .array(gap, { minLength: words.length, maxLength: words.length })
        .map((gaps) => ({ name: program.name, text: words.map((word, at) => word + gaps[at]).join('') }))
    })
    fc.assert(fc.property(program, keepsMeaning), { numRuns: 300 })
  })
})

suite('what cannot be read is not laid out', () => {
  const texts: [what: string, text: string, line: number][] = [
    ['neither a script nor a query', 'let a = ;\nlet b = 1', 1],
    ['a query with a mistake in its second statement', 'select event from in into out;\nselect event', 2],
  ]
  for (const [what, text, line] of texts) {
    test(what, () => {
      const { text: none, findings } = format({ name: '<stdin>', text })
      assert.equal(none, undefined)
      const { source, start } = findings[0]!.labels[0].span
      assert.equal(source.text.slice(0, start).split('\n').length, line)
    })
  }
})

function keepsMeaning(program: { name: string; text: string }): void {
  const text = formatted(program)
  const treeOf = kindOf(program.name) === 'query' ? parseQuery : parseScript
  assert.deepEqual(meaningOf(treeOf({ name: '', text }).tree), meaningOf(treeOf(program).tree), program.name)
  assert.deepEqual(commentsOf(text), commentsOf(program.text), program.name)
  assert.equal(formatted({ name: program.name, text }), text, program.name)
}

function formatted(source: { name: string; text: string }): string {
  const { text, findings } = format(source, kindOf(source.name))
  assert.ok(text !== undefined, findings[0]?.message ?? '')
  return text
}

function kindOf(name: string): 'query' | 'script' {
  return name.endsWith('.trickle') ? 'query' : 'script'
}

/** A tree without places, and without the blanks that end a line of documentation. */
function meaningOf(tree: object): unknown {
  const text = JSON.stringify(tree, (key, value) => {
    if (/span$/i.test(key)) return undefined
    if (key === 'doc') return value.split('\n').map((line: string) => line.trimEnd())
    return typeof value === 'bigint' ? `${value}n` : value
  })
  return JSON.parse(text!)
}

/** Two that have come to end the same line are one. */
function commentsOf(text: string): string {
  const { comments } = lex({ name: '', text })
  return comments.map(({ start, end }) => text.slice(start, end).trimEnd()).join(' ')
}

/** Words without what stands between them, but for what some cannot be read without. */
function wordsOf(source: { name: string; text: string }): string[] {
  return unitsOf(source, lex(source)).map(({ kind, text }) => text + (behind[kind] ?? ''))
}
