/** Every example of every function of the standard library gives what it says. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileScript } from '#dsl/compile.ts'
import type { Example } from '#dsl/function.ts'
import { encodeJson } from '#dsl/json.ts'
import type { Frame, ScriptProgram } from '#dsl/program.ts'
import { frame } from './frame.ts'
import { library, world } from './load.ts'

for (const [path, module] of library) {
  if (module.functions.size === 0) continue
  describe(path, () => {
    for (const [name, { examples }] of module.functions) {
      test(`${name} has an example`, () => assert.ok(examples.length > 0))
      for (const example of examples) test(example[0], () => check(path, example))
    }
  })
}

test('the library is whole: 107 functions of tremor, and the 28 of datetime', () => {
  const count = (path: string) => library.get(path)!.functions.size
  const all = [...library.keys()].reduce((sum, path) => sum + count(path), 0)
  assert.equal(count('std::datetime'), 28)
  assert.equal(all - 28, 107)
})

test('every constant says what it means', () => {
  for (const [path, { constants }] of library) {
    for (const [name, { doc }] of constants) assert.match(doc, /\.$/, `${path}::${name}`)
  }
})

test('chance does not repeat within an event, and does in a replay', () => {
  const draw = compiled(
    'use std::random;\n[random::integer(), random::integer(), random::float(), random::string(8)]',
  )
  const first = run(draw, frame())
  assert.equal(run(draw, frame()), first)
  assert.notEqual(run(draw, frame({ ingestNs: 1n })), first)
  const [left, right] = JSON.parse(first)
  assert.notEqual(left, right)
})

/** What examples may use besides the module they stand in. */
const COMMON = ['std::array', 'std::binary', 'std::string', 'std::type']

function check(path: string, [call, expected]: Example): void {
  const source = [...new Set([path, ...COMMON])].map((each) => `use ${each};\n`).join('') + call
  const { result, findings } = compileScript({ name: 'example.tremor', text: source }, world)
  const errors = findings.filter(({ severity }) => severity === 'error').map(({ message }) => message)
  const got = errors.length > 0 ? `error: ${errors.join('; ')}` : run(result!, frame())
  if (!expected.startsWith('error: ')) return assert.equal(got, expected)
  assert.ok(got.startsWith('error: ') && got.includes(expected.slice('error: '.length)), got)
}

function compiled(text: string): ScriptProgram {
  const { result, findings } = compileScript({ name: 'example.tremor', text }, world)
  assert.ok(result, JSON.stringify(findings.map(({ message }) => message)))
  return result
}

function run(program: ScriptProgram, frame: Frame): string {
  try {
    const value = program.run(frame)
    return typeof value === 'symbol' ? 'dropped' : encodeJson(value)
  } catch (error) {
    return `error: ${(error as Error).message}`
  }
}
