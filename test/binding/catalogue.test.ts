import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { loadCatalogue, loadFolder } from '#engine/catalogue.ts'
import { worldOf } from '#engine/world.ts'

const folder = mkdtempSync(join(tmpdir(), 'temblor-'))
after(() => rmSync(folder, { recursive: true }))
const url = `${pathToFileURL(folder).href}/`

test('a component is called by its place', async () => {
  mkdirSync(join(folder, 'good/qos'), { recursive: true })
  writeFileSync(join(folder, 'good/qos/slow.js'), 'export default { doc: "slow" }')
  writeFileSync(join(folder, 'good/plain.ts'), 'export default { doc: "plain" as string }')
  writeFileSync(join(folder, 'good/plain.d.ts'), 'export {}')
  writeFileSync(join(folder, 'good/README.md'), '')
  assert.deepEqual([...(await loadFolder(`${url}good/`)).keys()], ['plain', 'qos::slow'])
})

test('a file that introduces nothing is our mistake, told at once', async () => {
  mkdirSync(join(folder, 'bad'))
  writeFileSync(join(folder, 'bad/nothing.js'), 'export const doc = 1')
  await assert.rejects(loadFolder(`${url}bad/`), /bad\/nothing\.js" has no default export/)
})

test('a folder that is not there is empty', async () => {
  assert.equal((await loadFolder(`${url}none/`)).size, 0)
})

test('it is loaded once', async () => {
  assert.equal(await loadCatalogue(), await loadCatalogue())
})

test('the compiler is told what an operator takes and by which ports it emits', async () => {
  const { operators } = worldOf(await loadCatalogue())
  const roundrobin = operators.get('qos::roundrobin')!
  assert.deepEqual(roundrobin.ports({ outputs: ['a', 'b'] }), ['a', 'b'])
  assert.deepEqual(roundrobin.ports({ outputs: 3 }), ['*'])
  const source = { name: 'a.trickle', text: 'define … with outputs = 3 end' }
  const span = (start: number, end: number) => ({ source, start, end })
  const findings = roundrobin.check({ outputs: 3 }, () => span(24, 25), span(0, 29))
  assert.deepEqual(
    findings.map(({ message, labels: [label] }) => [message, label.span.start]),
    [['"outputs" of operator "qos::roundrobin" must be a list, found the integer 3', 24]],
  )
})

test('every component says what it is for', async () => {
  const { operators, onramps, offramps, codecs, preprocessors, postprocessors, extractors, library } =
    await loadCatalogue()
  for (const kind of [
    operators,
    onramps,
    offramps,
    codecs,
    preprocessors,
    postprocessors,
    extractors,
    library,
  ]) {
    for (const [name, { doc }] of kind as ReadonlyMap<string, { doc: string }>) {
      assert.match(doc, /[.:)]$/m, `${name} has no sentence about itself`)
    }
  }
})

test('every field of every component is described', async () => {
  const { operators, onramps, offramps } = await loadCatalogue()
  for (const [name, { config }] of [...operators, ...onramps, ...offramps]) {
    for (const [field, { doc }] of Object.entries(config)) assert.ok(doc.length > 5, `${name}: ${field}`)
  }
})
