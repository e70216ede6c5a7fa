/** What the emitted JavaScript looks like: nothing of the script's text outside of quotes, no closures, no more work than needed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Expr } from '#dsl/ast.ts'
import { runtime } from '#dsl/emit/runtime/runtime.ts'
import { emitScript } from '#dsl/passes/5-emit.ts'
import { body, hostile } from './programs.ts'
import { compile } from './support.ts'

const words = new Set(
  'function let const if else break continue for switch case return typeof null true false undefined frame event meta state args at fuel from round stop again Array Object'.split(
    ' ',
  ),
)
const properties = new Set(
  'isArray length push get test extract steps bounds at port event meta state args window group aggregates emit startsWith endsWith includes of text'.split(
    ' ',
  ),
)
const numbered = /^(k|l|t|m|f|g|main|run)\d+$/

/** Everything in the code that the compiler has no word for. */
function strangers(javascript: string): string[] {
  const code = javascript.replace(/"(?:[^"\\\n\u2028\u2029]|\\.)*"/g, '""')
  // Keys of the script stand behind `?.`, where they are nothing but keys, and behind the question whether that is a plain record.
  const names = code
    .replace(/\?\.constructor === Object \? t\d+\.[A-Za-z_$][\w$]* :/g, '')
    .replace(/\?\.[A-Za-z_$][\w$]*|\.\.\./g, '')
    .matchAll(/(\.?)([A-Za-z_$][\w$]*)/g)
  const unknown = [...names]
    .filter(([, dot, name]) => {
      if (dot === '.') return !properties.has(name!)
      return !words.has(name!) && !numbered.test(name!) && !Object.hasOwn(runtime, name!)
    })
    .map(([name]) => name)
  const marks = code.match(/[`\\#@]|\/\/|\/\*|=>|[^\x20-\x7e\n]/g) ?? []
  return [...unknown, ...marks]
}

test('no text of a random program is code', () => {
  fc.assert(
    fc.property(body, (items) => {
      const span = { source: { name: 'random', text: '' }, start: 0, end: 0 }
      assert.deepEqual(strangers(emitScript({ kind: 'script', items, span }).javascript), [])
    }),
    { numRuns: 120 },
  )
})

test('no hostile name is code, wherever it stands', () => {
  const span = { source: { name: 'hostile', text: '' }, start: 0, end: 0 }
  const literal = (value: string): Expr => ({ kind: 'literal', value, span })
  for (const name of hostile) {
    const path: Expr & { kind: 'path' } = {
      kind: 'path',
      root: { kind: 'event', span },
      segments: [{ kind: 'key', name, span }],
      span,
    }
    const items: Expr[] = [
      { kind: 'let', path, value: literal(name), span },
      {
        kind: 'let',
        path: { kind: 'path', root: { kind: 'name', module: [], name, slot: 0, span }, segments: [], span },
        value: path,
        span,
      },
      {
        kind: 'match',
        target: path,
        cases: [
          {
            pattern: { kind: 'record', fields: [{ kind: 'present', key: name, span }], span },
            body: [literal(name)],
            span,
          },
          {
            pattern: { kind: 'default', span },
            body: [
              {
                kind: 'emit',
                value: { kind: 'text', parts: [name, path], heredoc: false, span },
                port: literal(name),
                span,
              },
            ],
            span,
          },
        ],
        span,
      },
    ]
    assert.deepEqual(strangers(emitScript({ kind: 'script', items, span }).javascript), [], name)
  }
})

const shapes: readonly (readonly [title: string, script: string, shape: RegExp])[] = [
  ['a path is one chain and one check', 'event.a.b.c', /event\?\.a\?\.b\?\.c\) !== undefined/],
  ['presence is a chain', 'present event.a.b', /return \(event\?\.a\?\.b !== undefined\);/],
  [
    'a text of one thing that varies is the last one if that is the same',
    'let $t = "a#{event.x}"; event',
    /(t\d+) === (k\d+)\.of \? \2\.text : keepText\(\2, \1, bounded\("" \+ "a" \+ \1, k\d+\)\)/,
  ],
  ['constants are folded', 'let $n = 2 * 3 + 1; event', /"n": 7 }/],
  [
    'a record made in this run is written in place',
    'let $a = {"x": event.x}; let $a.y = 1; event',
    /\["y"\] = 1;/,
  ],
  [
    'a record that others know is copied',
    'let a = {"x": event.x}; let b = a; let a.y = 1; [a, b]',
    /\{ \.\.\.l0, "y": 1 \}/,
  ],
  [
    'insertions of a patch are one copy',
    'patch event of insert "a" => 1, upsert "b" => 2 end',
    /\{ \.\.\.event, "a": 1, "b": 2 \}/,
  ],
  [
    'rows of texts are looked up',
    'match event.k of case "a" => 1 case "b" => 2 case "c" => 3 case "d" => 4 default => 5 end',
    /switch \(k\d+\.get\(/,
  ],
  [
    'a parameter that keeps its value is not assigned',
    'fn f(a, n) with match n == 3 of case true => a default => recur(a, n + 1) end end;\nf(event, 0)',
    /^(?!.*\b(l0|t\d+) = l0).*l1 = .*continue again;/s,
  ],
  [
    'two parameters that change places need one variable',
    'fn f(a, b) with match a == 3 of case true => b default => recur(b, a) end end;\nf(event, 3)',
    /t0 = l1;\s+l1 = l0;\s+l0 = t0;\s+continue again;/,
  ],
  [
    'a comparison that decides is tested where it stands',
    'match event.n > 3 of case true => "many" default => "few" end',
    /if \(\(typeof t\d+ === "number" \? t\d+ > 3 : .*\)\) \{/,
  ],
  [
    'what is known to be an array is not asked again',
    'use std::array;\nfn f(list, at) with list[array::len(list) - at] + list[0] end;\nf(event, 1)',
    /Array\.isArray(?!.*Array\.isArray).* = l0\[t\d+\]\) !== undefined.* = l0\[0\]\) !== undefined/s,
  ],
  [
    'cases that cannot run are left out',
    'match 1 of case 2 => event.never default => 3 end',
    /^(?!.*never).*$/s,
  ],
]

for (const [title, script, shape] of shapes) {
  test(title, () => assert.match(compile(script).javascript, shape))
}
