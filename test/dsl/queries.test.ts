/** Every folder of test/cases/queries: what leaves the query for the lines of `in`, by which port, in which order, stands in `out`. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { compileQuery } from '#dsl/compile.ts'
import { decodeJson, encodeJson } from '#dsl/json.ts'
import { loadCatalogue } from '#engine/catalogue.ts'
import { evalQuery } from '#engine/eval.ts'
import { worldOf } from '#engine/world.ts'

const folder = fileURLToPath(new URL('../cases/queries', import.meta.url))
const catalogue = await loadCatalogue()

for (const name of readdirSync(folder)) {
  test(name.replaceAll('-', ' '), (t) => {
    const world = worldOf(catalogue, (path) => {
      const file = join(folder, name, `${path.join('/')}.trickle`)
      return existsSync(file)
        ? { name: `${path.join('/')}.trickle`, text: readFileSync(file, 'utf8') }
        : undefined
    })
    const text = read(name, 'query.trickle')
    const { result, findings } = compileQuery({ name: 'query.trickle', text }, 'query', world)
    assert.ok(result, findings.map(({ message }) => message).join('\n'))
    const values = read(name, 'in').trimEnd().split('\n').map(decodeJson)
    const lines = [...evalQuery(result, values, { catalogue })].map(({ port, value, meta }) => {
      const shown = {
        ...(port === 'out' ? {} : { port }),
        value,
        ...(encodeJson(meta) === '{}' ? {} : { meta }),
      }
      return `${encodeJson(shown)}\n`
    })
    t.assert.fileSnapshot(lines.join(''), join(folder, name, 'out'), { serializers: [String] })
  })
}

function read(name: string, file: string): string {
  return readFileSync(join(folder, name, file), 'utf8')
}
