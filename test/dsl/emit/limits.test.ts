/** No script can stop the process: loops, calls and growth end in a failure of the script. */
import assert from 'node:assert/strict'
import process from 'node:process'
import { test } from 'node:test'
import { endless } from './endless.ts'
import { run } from './support.ts'

for (const [title, script, failure] of endless) {
  test(title, () => {
    const start = process.cpuUsage()
    assert.match(run(script), failure)
    assert.ok(process.cpuUsage(start).user < 2_000_000, 'it takes too long')
  })
}

test('the 1024th round of a function is its last', () => {
  const count = (rounds: number) => run(`fn f(n) of case (${rounds}) => n default => recur(n + 1) end;\nf(0)`)
  assert.equal(count(1023), '1023')
  assert.match(count(1024), /Recursion limit/)
})

test('a call costs three steps, and one for each further round', () => {
  const calls = (count: number, rounds: number) =>
    run(
      `use std::range;\nfn f(n) with match n == ${rounds} of case true => n default => recur(n + 1) end end;\nlet all = for range::range(0, ${count}) of case (i, e) => f(0) end;\n"done"`,
    )
  assert.equal(calls(249_999, 0), '"done"')
  assert.match(calls(250_000, 0), /takes more than 1000000 steps/)
  assert.equal(calls(996, 1000), '"done"')
  assert.match(calls(997, 1000), /takes more than 1000000 steps/)
})

test('the budget is for one event, not for all', () => {
  assert.equal(
    run('use std::range;\nuse std::array;\narray::len(for range::range(0, 900000) of case (i, e) => e end)'),
    '900000',
  )
})
