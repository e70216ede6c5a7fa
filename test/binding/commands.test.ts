import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parse } from 'yaml'
import { main } from '#engine/cli/main.ts'
import { home } from '#engine/home.ts'
import { fakeTerminal } from '../cli/fake-terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'temblor-'))
after(() => rmSync(folder, { recursive: true }))

async function run(...args: readonly string[]) {
  const { terminal, printed } = fakeTerminal()
  const code = await main([...args], terminal)
  return { code, ...printed }
}

test('schema prints a schema whose descriptions are those of the fields', async () => {
  const { code, out } = await run('schema')
  assert.equal(code, 0)
  const schema = JSON.parse(out)
  assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema')
  assert.match(schema.properties.route.items.properties.from.description, /The onramp/)
})

test('config show --expanded writes routes out, config show does not', async () => {
  const path = join(home, 'test/cases/bindings/route-written-short/proxy.yaml')
  const short = await run('config', 'show', path)
  assert.deepEqual([short.code, short.out], [0, readFileSync(path, 'utf8')])
  const long = await run('config', 'show', '--expanded', path)
  assert.deepEqual(Object.keys(parse(long.out)), ['onramp', 'offramp', 'binding', 'mapping'])
})

test('check --fix mends a file in place, and then says what no edit can mend', async () => {
  const path = join(folder, 'proxy.yaml')
  writeFileSync(
    path,
    'onramp:\n  - { id: http_in, type: rest }\nbinding:\n  - id: main\n    links: # mine\n      onramp/http_in/{instance}/out: pipeline/system::passthrough/{instance}/in\nmapping:\n  /binding/main/01: { instance: 01 }\n',
  )
  const { code } = await run('check', '--fix', path)
  assert.equal(code, 0)
  assert.equal(
    readFileSync(path, 'utf8'),
    'onramp:\n  - { id: http_in, type: rest }\nbinding:\n  - id: main\n    links: # mine\n      /onramp/http_in/{instance}/out: /pipeline/system::passthrough/{instance}/in\nmapping:\n  /binding/main/01: { instance: "01" }\n',
  )
})

test('check ends with 1 if there are errors, and with --deny-warnings if there are warnings', async () => {
  const cases = join(home, 'test/cases/bindings')
  assert.equal((await run('check', join(cases, 'cycle'))).code, 1)
  const warned = join(cases, 'ports-that-lead-nowhere')
  assert.equal((await run('check', warned)).code, 0)
  assert.equal((await run('check', '--deny-warnings', warned)).code, 1)
})
