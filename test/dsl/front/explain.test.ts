/** Every code of the compiler explains itself: its wrong example raises it, its right example does not. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { compileQuery, compileScript } from '#dsl/compile.ts'
import type { DiagnosticKind } from '#dsl/diagnostic.ts'
import { unexpectedToken } from '#dsl/grammar/expected.ts'
import * as lexical from '#dsl/grammar/findings.ts'
import { world } from './world.ts'

const folder = join(import.meta.dirname, '../../../dsl/checks')
const kinds: DiagnosticKind[] = [...Object.values(lexical), unexpectedToken]
for (const file of readdirSync(folder)) {
  const module = await import(pathToFileURL(join(folder, file)).href)
  if (module.default !== undefined) kinds.push(module.default)
}

/** The codes and severities that a text raises, as a script or, by its words, as a query. */
function raised(text: string): { code: string; severity: string }[] {
  const isQuery = /^\s*(define|select|create|#!config)\b/m.test(text)
  const source = { name: isQuery ? 'example.trickle' : 'example.tremor', text }
  return [...(isQuery ? compileQuery(source, 'example', world) : compileScript(source, world)).findings]
}

for (const { code, title, wrong, right } of kinds) {
  if (wrong !== undefined) {
    test(`${code} ${title}: the wrong example raises it`, () => {
      assert.ok(
        raised(wrong).some((finding) => finding.code === code),
        JSON.stringify(raised(wrong).map((finding) => finding.code)),
      )
    })
  }
  if (right !== undefined) {
    test(`${code} ${title}: the right example is right`, () => {
      const findings = raised(right).filter(
        (finding) => finding.code === code || finding.severity === 'error',
      )
      assert.deepEqual(
        findings.map((finding) => finding.code),
        [],
      )
    })
  }
}

test('no code is used twice', () => {
  const codes = kinds.map(({ code }) => code)
  assert.deepEqual(codes, [...new Set(codes)])
})
