/** The list of differences from tremor 0.11: each case gives what the list says, and is told of where the list says so. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileQuery, compileScript } from '#dsl/compile.ts'
import { type DifferenceCase, differences } from '#dsl/differences.ts'
import { decodeJson, encodeJson } from '#dsl/json.ts'
import { ScriptError } from '#dsl/program.ts'
import { loadCatalogue } from '#engine/catalogue.ts'
import { type Emitted, evalQuery, evalScript } from '#engine/eval.ts'
import { worldOf } from '#engine/world.ts'

const catalogue = await loadCatalogue()
const world = worldOf(catalogue)

for (const { id, title, cases } of differences) {
  describe(`${id}: ${title}`, () => {
    for (const it of cases) {
      test(it.program.split('\n').join(' '), () => {
        const { results, codes } = run(it)
        assert.equal(results.length, it.ours.length, results.join('\n'))
        for (const [at, expected] of it.ours.entries()) assertResult(results[at]!, expected)
        if (it.finding !== undefined) assert.ok(codes.includes(it.finding), `raised: ${codes}`)
      })
    }
  })
}

test('there are at most 25, each under its own name and with a case', () => {
  assert.ok(differences.length <= 25)
  assert.equal(new Set(differences.map(({ id }) => id)).size, differences.length)
  for (const { id, cases } of differences) assert.ok(cases.length > 0, id)
})

function assertResult(got: string, expected: string): void {
  if (!expected.startsWith('error: ')) return assert.equal(got, expected)
  assert.ok(got.startsWith('error: ') && got.includes(expected.slice('error: '.length)), got)
}

function run(it: DifferenceCase): { results: string[]; codes: string[] } {
  const { program, inlet = 'in', in: texts = ['null'] } = it
  const isQuery = /^(define|create|select)\b/m.test(program)
  const compiled = isQuery
    ? compileQuery({ name: 'query.trickle', text: program }, 'query', world)
    : compileScript({ name: 'script.tremor', text: program }, world)
  const codes = compiled.findings.map(({ code }) => code)
  if (compiled.result === undefined) return { codes, results: [`error: ${compiled.findings[0]!.message}`] }
  const values = texts.map(decodeJson)
  const emitted =
    'run' in compiled.result
      ? evalScript(compiled.result, values)
      : evalQuery(compiled.result, values, { catalogue, inlet })
  return { codes, results: resultsOf(emitted) }
}

function resultsOf(emitted: Iterable<Emitted>): string[] {
  const results: string[] = []
  try {
    for (const { port, value } of emitted)
      results.push(port === 'out' ? encodeJson(value) : `${port}: ${encodeJson(value)}`)
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error
    results.push(`error: ${error.message}`)
  }
  return results
}
