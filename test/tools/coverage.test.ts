/** Counting which cases are taken: every kind of case, and nothing at all where nobody asked. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { compileScript } from '#dsl/compile.ts'
import type { Value } from '#dsl/value.ts'
import { evalScript } from '#engine/eval.ts'
import { createCoverage } from '#engine/tools/coverage.ts'
import { world } from '../dsl/front/world.ts'

suite('cases that were never taken', () => {
  const cases: [what: string, text: string, events: Value[], missed: string[]][] = [
    [
      'of match',
      'match event of\ncase 1 => "a"\ncase 2 => "b"\ndefault => "c"\nend',
      [1, 3],
      ['3: case 2 => "b"'],
    ],
    [
      'of many texts that are looked up',
      `match event of\n${['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((text) => `case "${text}" => 1`).join('\n')}\ndefault => 2\nend`,
      ['a', 'b', 'c', 'd', 'e', 'f', 'h', 'x'],
      ['8: case "g" => 1'],
    ],
    [
      'whose guard did not hold',
      'match event of\ncase x = 1 when false => "a"\ndefault => "b"\nend',
      [1],
      ['2: case x = 1 when false => "a"'],
    ],
    [
      'of for',
      'for event of\ncase (i, e) when e > 1 => e\ncase (i, e) when e > 5 => i\nend',
      [[1, 2]],
      ['3: case (i, e) when e > 5 => i'],
    ],
    [
      'of a function',
      'fn f(x) of\ncase (1) => "one"\ndefault => "other"\nend;\nf(event)',
      [1],
      ['3: default => "other"'],
    ],
    [
      'inside of another',
      'match event of\ncase 1 => match event of\n  case 1 => 1\n  default => 2\n  end\ndefault => 3\nend',
      [1, 2],
      ['4: default => 2'],
    ],
  ]
  for (const [what, text, events, missed] of cases) {
    test(what, () => {
      const coverage = createCoverage()
      const { result } = compileScript({ name: 'script', text }, { ...world, arm: coverage.arm })
      assert.equal([...evalScript(result!, events)].length, events.length)
      const [{ arms, taken, missed: found }] = coverage.report() as [ReturnType<typeof coverage.report>[0]]
      assert.deepEqual(
        found.map(({ line, text }) => `${line}: ${text}`),
        missed,
      )
      assert.equal(arms - taken, missed.length)
    })
  }
})

test('where nobody asks, no code is emitted for it', () => {
  const text = 'match event of case 1 => "a" default => "b" end'
  const { result } = compileScript({ name: 'script', text }, world)
  assert.doesNotMatch(result!.javascript, /hits/)
})
