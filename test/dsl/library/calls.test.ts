/**
 * Every function of the library on values of the types it takes, from their edges, and on one it does not take. What comes of
 * each call stands in test/cases/functions, a file per module; `--test-update-snapshots` writes them anew.
 */

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { compileScript } from '#dsl/compile.ts'
import type { NativeFunction, TypeName } from '#dsl/function.ts'
import { decodeJson, encodeJson } from '#dsl/json.ts'
import type { Value } from '#dsl/value.ts'
import { frame } from './frame.ts'
import { library, world } from './load.ts'

const folder = join(import.meta.dirname, '../../cases/functions')

/** As JSON texts; what is written in angle brackets are the bytes of a text. */
const probes: Readonly<Record<Exclude<TypeName, 'any' | 'number'>, readonly string[]>> = {
  null: ['null'],
  bool: ['true', 'false'],
  integer: ['2', '0', '-3', '18446744073709551615', '1600000000123456789'],
  float: ['2.5', '-0.5', '1e300', '3.0'],
  string: [
    '"abc"',
    '""',
    '" Ab ä💀 "',
    '"a"',
    '"12"',
    '"{}"',
    '"2020-02-29 12:34:56"',
    '"%Y-%m-%d %H:%M:%S"',
    '"b+|[0-9]"',
  ],
  bytes: ['<ab>', '<>', '<ÿ💀>'],
  array: ['[1,"a",[2.0,null]]', '[]', '[["a",1],["b",2]]', '["a","b"]', '[1,2,3]'],
  record: ['{"a":1,"b":null}', '{}', '{"a":{"c":[]},"__proto__":2}'],
}

for (const [path, module] of library) {
  if (module.functions.size === 0) continue
  test(`the functions of ${path}`, (t) => {
    const lines = [...module.functions.values()].flatMap((fn) => [`# ${fn.name}`, ...callsOf(path, fn), ''])
    t.assert.fileSnapshot(lines.join('\n'), join(folder, fileOf(path)), { serializers: [String] })
  })
}

test('there is no file of a module that is gone', () => {
  const files = [...library].filter(([, { functions }]) => functions.size > 0).map(([path]) => fileOf(path))
  assert.deepEqual(readdirSync(folder).sort(), files.sort())
})

function fileOf(path: string): string {
  return `${path.replaceAll('::', '-')}.txt`
}

function callsOf(path: string, fn: NativeFunction): string[] {
  const counts = new Set([
    fn.least ?? fn.args.length,
    fn.args.length,
    ...(fn.open ? [fn.args.length + 1] : []),
  ])
  return [...counts].flatMap((count) => {
    const name = `${path.split('::').at(-1)}::\`${keyOf(path, fn)}\``
    const args = Array.from({ length: count }, (_, at) => `event[${at}]`).join(', ')
    const text = `use ${path};\n${name}(${args})`
    const { result, findings } = compileScript({ name: 'call.tremor', text }, world)
    assert.ok(result, findings.map(({ message }) => message).join('\n'))
    return combinations(fn, count).map((given) => {
      const run = frame({ event: given.map(read) })
      try {
        return `(${given.join(', ')}) ${encodeJson(result.run(run) as Value)}`
      } catch (error) {
        return `(${given.join(', ')}) error: ${(error as Error).message}`
      }
    })
  })
}

function keyOf(path: string, fn: NativeFunction): string {
  return [...library.get(path)!.functions].find(([, each]) => each === fn)![0]
}

/** All of the values for one argument or two; for more, fewer of each. */
function combinations(fn: NativeFunction, count: number): string[][] {
  const most = count > 2 ? 3 : 9
  return Array.from({ length: count }, (_, at) =>
    valuesFor(fn.args[at]?.type ?? 'any').slice(0, most),
  ).reduce<string[][]>(
    (lists, values) => lists.flatMap((list) => values.map((value) => [...list, value])),
    [[]],
  )
}

/** Values of the types, then one of another type. */
function valuesFor(type: TypeName | readonly TypeName[]): string[] {
  const types = new Set<TypeName>(
    [type].flat().flatMap((each) => (each === 'number' ? (['integer', 'float'] as const) : [each])),
  )
  if (types.has('any')) return Object.values(probes).map(([first]) => first!)
  const fitting = Object.entries(probes).filter(([name]) => types.has(name as TypeName))
  const wrong = Object.entries(probes).find(([name]) => !types.has(name as TypeName))!
  return [...fitting.flatMap(([, values]) => values).slice(0, 8), wrong[1][0]!]
}

function read(text: string): Value {
  return text.startsWith('<') ? Buffer.from(text.slice(1, -1)) : decodeJson(text)
}
