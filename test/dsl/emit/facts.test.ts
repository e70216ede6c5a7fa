/** What the compiler states of a script: what it touches, where it can end. The engine decodes and encodes by it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compile, frameOf, run } from './support.ts'

const demands: readonly (readonly [script: string, touches: string])[] = [
  ['event', ''],
  ['emit', ''],
  ['emit event => "a"', ''],
  ['drop', ''],
  ['match $a of case 1 => event default => drop end', 'reads $'],
  ['let $a = 1; event', 'reads $, writes $'],
  ['let $a.b = $c; event', 'reads $, writes $'],
  ['event.a', 'reads event, writes event'],
  ['let event.a = 1; event', 'reads event, writes event'],
  ['let event = 1; event', 'writes event'],
  ['let x = event; event', 'reads event'],
  ['match event of case %{ present a } => event default => drop end', 'reads event'],
  ['match $a of case 1 => emit 1 default => event end', 'writes event, reads $'],
  ['let $a = "x #{event.b}"; event', 'reads event, reads $, writes $'],
  ['fn f() with event end;\nf()', 'writes event'],
  ['let event = merge event of {} end; event', 'reads event, writes event'],
]

for (const [script, touches] of demands) {
  test(`${script.replace(/\n/g, ' ')} touches ${touches === '' ? 'nothing' : touches}`, () => {
    const { readsEvent, writesEvent, readsMeta, writesMeta } = compile(script).demand
    const words = [
      readsEvent && 'reads event',
      writesEvent && 'writes event',
      readsMeta && 'reads $',
      writesMeta && 'writes $',
    ]
    assert.equal(words.filter((word) => word !== false).join(', '), touches)
  })
}

const ends: readonly (readonly [script: string, ports: string])[] = [
  ['event', 'out'],
  ['drop', 'dropped'],
  ['emit event => "a"', 'a'],
  ['match event of case 1 => drop case 2 => emit => "b" default => event end', 'out b dropped'],
  ['match event of case 1 => emit => "to_#{event}" default => drop end', 'computed dropped'],
  ['match event of case 1 => emit default => emit => "x" end', 'out x'],
]

for (const [script, expected] of ends) {
  test(`${script} ends at ${expected}`, () => {
    const { ports, drops } = compile(script)
    const got = [...ports.names, ...(ports.dynamic ? ['computed'] : []), ...(drops ? ['dropped'] : [])]
    assert.deepEqual(got.sort(), expected.split(' ').sort())
  })
}

test('an event that is passed on is the very same value', () => {
  const frame = frameOf('{"a":1}')
  assert.equal(compile('let $x = 1; event').run(frame), frame.event)
})

test('what came in is never changed in place', () => {
  const frame = frameOf('{"a":{"b":1}}')
  const before = frame.event
  compile('let event.a.b = 2; let event.a.c = 3; let event = patch event of erase "a" end; event').run(frame)
  assert.deepEqual(before, { a: { b: 1 } })
})

test('a value that was given away is not changed by what is assigned later', () => {
  const script = `
    let a = {"n": event};
    let list = [a];
    let a.n = 2;
    let $keep = a;
    let a.n = 3;
    let all = for [1, 2] of case (i, e) => let a.n = a.n + e, a end;
    [list, $keep, a, all]`
  assert.equal(run(script, '1'), '[[{"n":1}],{"n":2},{"n":6},[{"n":4},{"n":6}]]')
})
