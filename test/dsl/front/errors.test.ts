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
