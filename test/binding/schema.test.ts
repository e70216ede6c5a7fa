// The schema that editors are given agrees with the checks: what is right is valid, what is wrong in shape is not.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { configurationSchema } from '#engine/binding/schema.ts'
import { loadCatalogue } from '#engine/catalogue.ts'
import { home } from '#engine/home.ts'

const valid = new Ajv2020({ strict: false, allErrors: true }).compile(
  configurationSchema(await loadCatalogue()),
)
const cases = join(home, 'test/cases/bindings')

/** Codes of findings about the shape of one file, which a schema can know. */
const shape = /\[(E060[1-4]|E0702)\](?!.* operator )/

for (const name of readdirSync(cases)) {
  const golden = join(cases, name, 'findings.txt')
  const findings = existsSync(golden) ? readFileSync(golden, 'utf8') : ''
  if (/\[E0623\]/.test(findings)) continue
  for (const file of readdirSync(join(cases, name)).filter((each) => each.endsWith('.yaml'))) {
    const wrong = findings.split('\n').some((line) => line.startsWith(`${file}:`) && shape.test(line))
    test(`${name}/${file} is ${wrong ? 'not ' : ''}valid`, () => {
      const read = parse(readFileSync(join(cases, name, file), 'utf8'), { merge: true })
      assert.equal(valid(read), !wrong, JSON.stringify(valid.errors, null, 1))
    })
  }
}

for (const file of readdirSync(join(home, 'bindings')).filter(
  (each) => each.endsWith('.yaml') && !each.endsWith('.test.yaml'),
)) {
  test(`bindings/${file} is valid`, () => {
    assert.ok(
      valid(parse(readFileSync(join(home, 'bindings', file), 'utf8'))),
      JSON.stringify(valid.errors, null, 1),
    )
  })
}
