/**
 * What a reader is told: each folder of test/cases/errors holds a text and, in error.txt, everything that is said of it;
 * in tremor.txt the same as tremor words and lays it out, as far as tremor knows of it. `--test-update-snapshots` writes both.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { compileQuery, compileScript } from '#dsl/compile.ts'
import { render, renderTremor } from '#dsl/render.ts'
import { worldWith } from './world.ts'

const cases = join(import.meta.dirname, '../../cases/errors')

/** Nine of those of which test/cases/ten-broken-programs.md is made, for people; the tenth fails while it runs. */
const ten = [
  'forgotten-semicolon',
  'keyword-as-a-name',
  'mistakes-inside-of-interpolation',
  'module-misspelt',
  'names-that-have-no-value',
  'cases-that-are-never-reached',
  'presence-that-does-not-protect-a-comparison',
  'use-of-a-file-with-a-mistake',
  'all-mistakes-of-a-query-at-once',
]

for (const name of readdirSync(cases)) {
  test(name.replaceAll('-', ' '), (t) => {
    const folder = join(cases, name)
    const files = readdirSync(folder)
    const modules = Object.fromEntries(
      files
        .filter((file) => file.endsWith('.tremor'))
        .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
    )
    const file = existsSync(join(folder, 'query.trickle')) ? 'query.trickle' : 'script.tremor'
    const source = { name: file, text: readFileSync(join(folder, file), 'utf8') }
    const world = worldWith(modules)
    const { findings } =
      file === 'query.trickle' ? compileQuery(source, 'query', world) : compileScript(source, world)
    const text = findings.map((finding) => render(finding)).join('\n')
    const known = findings.filter(({ origin }) => origin === 'tremor')
    const asTremor = known.map((finding) => renderTremor(finding, source)).join('\n')
    t.assert.fileSnapshot(text, join(folder, 'error.txt'), { serializers: [String] })
    t.assert.fileSnapshot(asTremor, join(folder, 'tremor.txt'), { serializers: [String] })
  })
}

test('ten broken programs with what is said of them', (t) => {
  const parts = ten.map((name) => {
    const files = readdirSync(join(cases, name))
      .filter((file) => /\.(tremor|trickle)$/.test(file))
      .sort((a, b) => Number(/^(script|query)\./.test(b)) - Number(/^(script|query)\./.test(a)))
      .map(
        (file) =>
          `${fenced('tremor', `# ${file}\n${readFileSync(join(cases, name, file), 'utf8').trimEnd()}`)}`,
      )
    const title = name.replaceAll('-', ' ')
    const said = readFileSync(join(cases, name, 'error.txt'), 'utf8').trimEnd()
    return [`## ${title[0]!.toUpperCase()}${title.slice(1)}`, ...files, fenced('text', said)].join('\n\n')
  })
  const folder = join(cases, '../failures/a-price-that-is-a-text')
  const [said] = readFileSync(join(folder, 'error.txt'), 'utf8').split('\n\nError:')
  parts.push(
    [
      '## A price that is a text',
      fenced('tremor', `# script.tremor\n${readFileSync(join(folder, 'script.tremor'), 'utf8').trimEnd()}`),
      'While it runs, on this event:',
      fenced('json', readFileSync(join(folder, 'in'), 'utf8').trimEnd()),
      fenced('text', said!.trimEnd()),
    ].join('\n\n'),
  )
  const page = [
    '# Ten broken programs, and what is said of them',
    'Written by test/dsl/front/errors.test.ts.',
    ...parts,
  ]
  t.assert.fileSnapshot(`${page.join('\n\n')}\n`, join(cases, '../ten-broken-programs.md'), {
    serializers: [String],
  })
})

function fenced(language: string, text: string): string {
  return `\`\`\`\`${language}\n${text}\n\`\`\`\``
}
