// Every finding about configurations proves itself: its wrong example is found, its right one is not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Files } from '#engine/binding/files.ts'
import { check } from '#engine/check.ts'
import { loadKinds } from '#engine/kinds.ts'

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

/** Of these an example would be more than one file, needs a component that has such a field, or is in another system's form. */
const without = ['E0621', 'E0631', 'W0605', 'E0651', 'W0652']

for (const { code, title, wrong, right } of await loadKinds()) {
  if (!/^[EW]0[67]/.test(code) || without.includes(code)) continue
  test(`${code} ${title}: the wrong example is found`, async () => {
    assert.ok(wrong !== undefined, 'it has none')
    const codes = await codesIn(wrong)
    assert.ok(codes.includes(code), `found ${codes.join(', ') || 'nothing'}`)
    assert.ok(code === 'E0623' || !codes.includes('E0623'), 'it is no YAML')
  })
  if (right === undefined) continue
  test(`${code} ${title}: the right example is accepted`, async () => {
    const codes = await codesIn(right)
    assert.ok(!codes.includes(code), `found ${codes.join(', ')}`)
    assert.ok(!codes.includes('E0623'), 'it is no YAML')
  })
}
