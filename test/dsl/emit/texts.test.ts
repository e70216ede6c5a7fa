/** A text with one thing in it that varies is held on to: what comes after must not see that. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evalScript } from '#engine/eval.ts'
import { compile } from './support.ts'

const long = 'x'.repeat(2000)

const rows: readonly (readonly [title: string, script: string, events: readonly (string | number)[]])[] = [
  ['the same and others', '"<#{event}>"', ['a', 'a', 'b', '', '', 'a']],
  ['a number and its digits', '"<#{event}>"', [1, '1', 1, 1.5, '1.5']],
  ['long ones', '"<#{event}>"', ['a', long, long, 'a', `${long}y`]],
  ['one of a local', 'let x = event; "<#{x}>"', ['a', 'b', 'b']],
]

for (const [title, script, events] of rows) {
  test(title, () => {
    const program = compile(script)
    const made = [...evalScript(program, events)].map(({ value }) => value)
    assert.deepEqual(
      made,
      events.map((event) => `<${event}>`),
    )
  })
}
