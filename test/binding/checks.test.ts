// Every check proves itself: its wrong example is found, its right one is not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Files } from '#engine/binding/files.ts'
import { loadChecks } from '#engine/binding/link.ts'
import { check } from '#engine/check.ts'

/** A file system of one file. */
const only = (text: string): Files => ({
  read: () => text,
  list: () => [],
  isDirectory: () => false,
  stdin: () => text,
})

const codesIn = async (text: string) => {
  const { findings } = await check(['example.yaml'], { files: only(text), env: {} })
  return findings.map(({ code }) => code)
}

for (const [name, { code, wrong, right }] of await loadChecks()) {
  test(`${code} ${name} finds its wrong example`, async () => {
    assert.ok(wrong !== undefined, 'it has none')
    const codes = await codesIn(wrong)
    assert.ok(codes.includes(code), `found ${codes.join(', ') || 'nothing'}`)
    assert.ok(!codes.includes('E0623'), 'it is no YAML')
  })
  if (right === undefined) continue
  test(`${code} ${name} accepts its right example`, async () => {
    const codes = await codesIn(right)
    assert.ok(!codes.includes(code))
    assert.ok(!codes.includes('E0623'), 'it is no YAML')
  })
}
