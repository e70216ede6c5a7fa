/** What names mean, shown by what scripts give. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { compileQuery, compileScript } from '#dsl/compile.ts'
import { encodeJson } from '#dsl/json.ts'
import { DROP } from '#dsl/program.ts'
import type { Value } from '#dsl/value.ts'
import { evalFrame } from '#engine/eval.ts'
import { world, worldWith } from './world.ts'

const modules = worldWith({
  'tools/list.tremor':
    '## Twice the thing.\nfn twice(x) with [x, x] end;\nconst empty = [];\nintrinsic fn length(x) as array::len;\nmod inner with const depth = 2 end',
  'std/string.tremor': 'fn uppercase(x) with "ours" end',
  'outer.tremor': 'use tools::list;\nfn four(x) with list::twice(list::twice(x)) end',
})

function run(text: string, event: Value = { a: 1, host: 'snot' }, from = world): string {
  const { result, findings } = compileScript({ name: 'test.tremor', text }, from)
  if (result === undefined) return findings.map(({ code }) => code).join(' ')
  const frame = evalFrame()
  frame.event = event
  try {
    const made = result.run(frame)
    return made === DROP ? 'drop' : encodeJson(made)
  } catch (error) {
    return `failed: ${(error as Error).message}`
  }
}

function tableOf(
  title: string,
  table: readonly (readonly [text: string, result: string])[],
  from = world,
): void {
  suite(title, () => {
    for (const [text, result] of table)
      test(text.replaceAll('\n', ' '), () => assert.equal(run(text, undefined, from), result))
  })
}

tableOf('local variables', [
  ['let x = 1; let x = x + 1; x', '2'],
  ['let x = (let y = 3); [x, y]', 'E0020'],
  ['let x = let y = 3; [x, y]', '[3,3]'],
  ['match event of case %{ present a } => let x = "yes" default => let x = "no" end; x', '"yes"'],
  ['match event of case %{ absent a } => let x = "yes" default => null end; present x', 'false'],
  ['let x = 1; match 2 of case x = _ => let x = x + 1 default => 0 end; x', '1'],
  ['let x = 1; let y = match 5 of case x = _ when x == 5 => x default => 0 end; [x, y]', '[1,5]'],
  ['let k = "outer"; let all = for [10, 20] of case (k, v) => k + v end; [k, all]', '["outer",[10,21]]'],
  ['let `let` = 1; let `a b` = 2; [`let`, `a b`]', '[1,2]'],
  ['let x-y = 1; x-y', '1'],
  ['let x = {}; let x.a.b = 1; x', '{"a":{"b":1}}'],
  ['match event of case e = %{ a == 1 } when e == {} => e default => "none" end', '{}'],
])

tableOf('constants', [
  ['const a = 1; const b = (a + 1); b', '2'],
  ['const a = [1, {"k": "v"}]; a[1].k', '"v"'],
  ['mod m with const a = 1; mod n with const a = 2 end; const b = (a + n::a) end; m::b', '3'],
  ['const a = 1; match 2 of case a = _ => a default => 0 end', '2'],
  ['const a = 1; fn f(a) with a end; f(3)', '3'],
  ['const a = 1; fn f() with a end; f()', '1'],
  ['const a = 1', '1'],
  ['use std::integer;\ninteger::max', '9223372036854775807'],
  ['const host = "a"; "{host}"', '"{host}"'],
])

tableOf('functions', [
  ['fn f(a, b) with a - b end; f(5, 3)', '2'],
  ['fn f(a, ...) with args end; f(1, 2, 3)', '[2,3]'],
  ['fn f(...) with args end; f()', '[]'],
  [
    'fn f(n) of case (0) => "zero" case (n) when n < 0 => "less" default => "more" end; [f(0), f(-1), f(1)]',
    '["zero","less","more"]',
  ],
  ['fn sum(n, total) of case (0, _) => total default => recur(n - 1, total + n) end; sum(4, 0)', '10'],
  ['fn f(n) with match n of case 0 => "done" default => recur(n - 1) end end; f(1000)', '"done"'],
  ['fn a(x) with x + 1 end; fn b(x) with a(a(x)) end; b(1)', '3'],
  ['let x = 1; fn f() with x end; f()', 'failed: Trying to access a non existing local key `x`'],
  ['mod m with fn f() with 1 end; fn g() with f() + 1 end end; m::g()', '2'],
  ['mod a with fn f() with 1 end end; mod b with fn g() with a::f() end end; b::g()', 'E0101'],
  ['fn f() with f() end; f()', 'E0101'],
  ['core::string::uppercase("a")', '"A"'],
  ['intrinsic fn up(x) as string::uppercase; up("a")', '"A"'],
])

tableOf(
  'modules',
  [
    ['use std::string;\nstring::uppercase("a")', '"ours"'],
    ['use std::array;\narray::len([1])', '1'],
    ['use std;\nstd::array::len([1])', '1'],
    ['use std::array as list;\nlist::len([1])', '1'],
    [
      'use tools::list;\n[list::twice(1), list::empty, list::length([1]), list::inner::depth]',
      '[[1,1],[],1,2]',
    ],
    ['use tools::list; use tools::list as more;\nmore::twice(list::length([]))', '[0,0]'],
    ['use outer;\nouter::four(1)', '[[1,1],[1,1]]'],
    ['match 1 of case 1 => use std::array; 2 default => 3 end', 'E0020 E0020'],
    ['let x = 1; use std::array;\narray::len([x])', '1'],
  ],
  modules,
)

tableOf('old interpolation takes', [
  ['let host = event.host; "host={host};"', '"host=snot;"'],
  ['"host={host};"', '"host={host};"'],
  ['let later = "{host}"; let host = 1; later', '"{host}"'],
  ['let x = event; "{x.host}!"', '"snot!"'],
  ['let $a = {"b": 1}; "{$a.b}"', '"1"'],
  [
    'let host = 1; ["\\#{host}", "#{host}{host}", "{ host }", "{host}}", "{{host}}", "\\n{host}"]',
    '["#{host}","11","{ host }","1}","{1}","\\n{host}"]',
  ],
  ['fn f(p) with "{p}{event}" end; f(2)', '"2{event}"'],
  ['match 7 of case n = _ => "{n}" default => "" end', '"7"'],
  ['for [1] of case (k, v) => "{k}{v}" end', '["01"]'],
  ['let host = 1; """\n{host}\n"""', '"1\\n"'],
])

test('a script in a query sees the modules of the query and its own', () => {
  const text = `mod m with const one = 1 end;
    define script s
    script
      use std::string;
      string::len("ab") + m::one
    end;
    create script s; select event from in into s; select event from s into out`
  const { result } = compileQuery({ name: 'test.trickle', text }, 'test', world)
  const script = result!.nodes.find((node) => node.kind === 'script')!
  assert.equal(script.kind === 'script' && script.program.run(evalFrame()), 3)
})
