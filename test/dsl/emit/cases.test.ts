/** Every folder of test/cases/scripts: what the script makes of the lines of `in` stands in `out`, a port if it is not `out`. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { compileScript } from '#dsl/compile.ts'
import { decodeJson, encodeJson } from '#dsl/json.ts'
import type { World } from '#dsl/world.ts'
import { loadCatalogue } from '#engine/catalogue.ts'
import { evalScript } from '#engine/eval.ts'
import { worldOf } from '#engine/world.ts'

const folder = fileURLToPath(new URL('../../cases/scripts', import.meta.url))
const world: World = worldOf(await loadCatalogue())

for (const name of readdirSync(folder)) {
  test(name.replaceAll('-', ' '), () => {
    const text = read(name, 'script.tremor')
    const { result, findings } = compileScript({ name: 'script.tremor', text }, world)
    assert.ok(result, findings.map(({ message }) => message).join('\n'))
    const emitted = [...evalScript(result, lines(name, 'in').map(decodeJson))].map(({ port, value }) =>
      encodeJson(port === 'out' ? { value } : { port, value }),
    )
    assert.deepEqual(emitted, lines(name, 'out'))
  })
}

function read(name: string, file: string): string {
  return readFileSync(join(folder, name, file), 'utf8')
}

function lines(name: string, file: string): string[] {
  return read(name, file)
    .split('\n')
    .filter((line) => line !== '')
}
