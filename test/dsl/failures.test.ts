/**
 * Every folder of test/cases/failures: a script that fails at the last line of `in`. What a reader is told stands in error.txt,
 * first in our layout, then in the one tremor prints, which the `err` events of a pipeline carry.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { compileScript } from '#dsl/compile.ts'
import { diagnosticOf } from '#dsl/emit/diagnostic.ts'
import { decodeJson } from '#dsl/json.ts'
import { ScriptError } from '#dsl/program.ts'
import { render, renderTremor } from '#dsl/render.ts'
import { loadCatalogue } from '#engine/catalogue.ts'
import { evalScript } from '#engine/eval.ts'
import { worldOf } from '#engine/world.ts'

const folder = fileURLToPath(new URL('../cases/failures', import.meta.url))
const world = worldOf(await loadCatalogue())

for (const name of readdirSync(folder)) {
  test(name.replaceAll('-', ' '), (t) => {
    const read = (file: string) => readFileSync(join(folder, name, file), 'utf8')
    const source = { name: 'script.tremor', text: read('script.tremor') }
    const { result, findings } = compileScript(source, world)
    assert.ok(result, findings.map(({ message }) => message).join('\n'))
    const texts = read('in')
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [failure] = failuresOf(() => [...evalScript(result, [decodeJson(line)])])
        assert.ok(failure, `${line} does not fail`)
        return `${render(diagnosticOf(failure))}\n${renderTremor(diagnosticOf(failure), source)}`
      })
    t.assert.fileSnapshot(texts.join('\n'), join(folder, name, 'error.txt'), { serializers: [String] })
  })
}

function failuresOf(run: () => unknown): ScriptError[] {
  try {
    run()
    return []
  } catch (error) {
    if (error instanceof ScriptError) return [error]
    throw error
  }
}
