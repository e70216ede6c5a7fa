// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of configurations are written so
// A node is the same after a reload if its checked form is: layout, comments and the order of keys do not count.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Files } from '#engine/binding/files.ts'
import { check } from '#engine/check.ts'

const config = (port: string, more = '') => `
onramp:
  - { id: http_in, type: rest, config: { port: ${port} } }
binding:
  - id: main
    links:
      /onramp/http_in/{instance}/out: /pipeline/handling/{instance}/in
      ${more}
mapping:
  /binding/main/01: { instance: "01" }
`
const trickle = 'select event from in into out;'

async function formsOf(yaml: string, query = trickle): Promise<Record<string, string>> {
  const texts: Record<string, string> = { 'a.yaml': yaml, 'handling.trickle': query }
  const files: Files = {
    read: (path) => texts[path]!,
    list: () => [],
    isDirectory: () => false,
    stdin: () => '',
  }
  const { plan, findings } = await check(Object.keys(texts), { files, env: { PORT: '8080' } })
  assert.ok(plan, JSON.stringify(findings.map(({ message }) => message)))
  return Object.fromEntries([...plan.onramps, ...plan.pipelines].map(({ address, form }) => [address, form]))
}

const [onramp, pipeline] = ['/onramp/http_in/01', '/pipeline/handling/01'] as const

test('nothing changed', async () => {
  assert.deepEqual(await formsOf(config('8080')), await formsOf(config('8080')))
})

test('a comment, another layout, a variable with the same value: nothing changed', async () => {
  const other = config('"${PORT}"').replace(
    '{ id: http_in, type: rest,',
    '{ type: rest, # the front door\n      id: http_in,',
  )
  assert.deepEqual(await formsOf(other), await formsOf(config('8080')))
})

test('a value that changed makes another onramp and leaves the pipeline', async () => {
  const [before, after] = [await formsOf(config('8080')), await formsOf(config('8081'))]
  assert.notEqual(after[onramp], before[onramp])
  assert.equal(after[pipeline], before[pipeline])
})

test('an edited file makes another pipeline and leaves the onramp', async () => {
  const [before, after] = [
    await formsOf(config('8080')),
    await formsOf(config('8080'), `${trickle} # edited`),
  ]
  assert.equal(after[onramp], before[onramp])
  assert.notEqual(after[pipeline], before[pipeline])
})
