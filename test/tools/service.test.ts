/** What an editor is told: the place is where `|` stands in the text. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { complete } from '#dsl/service/complete.ts'
import { definition } from '#dsl/service/definition.ts'
import { hover } from '#dsl/service/hover.ts'
import { positionAt } from '#dsl/source.ts'
import { world, worldWith } from '../dsl/front/world.ts'

suite('complete', () => {
  const cases: [text: string, has: string[], hasNot?: string[]][] = [
    ['use std::|', ['array', 'string', 'datetime'], ['push', 'match']],
    ['use |', ['std', 'tremor', 'aggr']],
    ['use std::array; array::pu|', ['push'], ['len', 'array']],
    ['use std::array as a; a::|', ['push', 'len']],
    ['use std; std::ar|', ['array']],
    ['let event.x = |', ['match', 'event'], ['x']],
    ['let first = 1; f|', ['first', 'fn', 'for', 'from']],
    ['fn twice(number) with nu|', ['number']],
    ['match event of case found = %{} => fo|', ['found', 'for']],
    ['match event of case %{ a ~= j| } => 1', ['json'], ['join']],
    ['define qos::|', ['backpressure', 'roundrobin'], ['qos']],
    ['define |', ['generic', 'qos']],
    ['select aggr::|', ['stats', 'win']],
    ['select aggr::stats::|', ['count', 'mean']],
    ['create operator turns; select event from in into t|', ['turns']],
    ['event.|', [], ['match']],
    ['"ma|"', [], ['match']],
    ['# ma|', [], ['match']],
    ['"#{ ma| }"', ['match']],
  ]
  for (const [marked, has, hasNot = []] of cases) {
    test(marked, () => {
      const { source, offset } = read(marked)
      const { items, span } = complete(source, offset, world)
      const labels = items.map(({ label }) => label)
      assert.deepEqual(
        has.filter((label) => !labels.includes(label)),
        [],
      )
      assert.deepEqual(
        hasNot.filter((label) => labels.includes(label)),
        [],
      )
      assert.deepEqual(labels, [...new Set(labels)])
      const typed = source.text.slice(span.start, span.end)
      assert.ok(labels.every((label) => label.startsWith(typed)))
    })
  }
})

suite('hover', () => {
  const cases: [text: string, title: string | undefined, doc?: RegExp][] = [
    ['use std::array; array::pu|sh(event, 1)', 'std::array::push(array: array, element: any) -> array', /\w/],
    ['use std::ar|ray;', 'std::array', /\w/],
    [
      '## Doubles it.\n## Always.\nfn twice(n) with n * 2 end; twi|ce(2)',
      'twice(n)',
      /^Doubles it\.\nAlways\.$/,
    ],
    ['let a = 1; |a', 'let a'],
    ['match event of case %{ a ~= js|on|| } => 1', 'json|…|', /JSON/],
    ['select aggr::stats::co|unt() from in into out', 'aggr::stats::count() -> integer', /\w/],
    ['define qos::roundrob|in operator x', 'operator qos::roundrobin'],
    ['nowhere::to_be_se|en(1)', undefined],
    ['1 |+ 1', undefined],
  ]
  for (const [marked, title, doc = /^$/] of cases) {
    test(marked, () => {
      const { source, offset } = read(marked)
      const found = hover(source, offset, world)
      assert.equal(found?.title, title)
      if (found !== undefined) assert.match(found.doc, doc)
    })
  }
})

suite('definition', () => {
  const files = { 'a/b.tremor': '# first\nfn f(x) with x end;\nconst C = 1;' }
  const cases: [text: string, place: string | undefined][] = [
    ['let a = 1;\nlet b = |a', 'text:1:5'],
    ['let a = 1;\nlet a = 2;\n|a', 'text:2:5'],
    ['const A = 1;\n|A', 'text:1:7'],
    ['fn f(x) with\n  |x\nend', 'text:1:6'],
    ['fn f(x) with x end;\n|f(1)', 'text:1:4'],
    ['match event of\n  case r = %{} => |r\nend', 'text:2:8'],
    ['define script s script event end;\ncreate script |s', 'text:1:15'],
    ['define script s script event end;\ncreate script t from |s', 'text:1:15'],
    ['create script s;\nselect event from in into |s', 'text:1:15'],
    ['use a::b;\nb::|f(1)', 'a/b.tremor:2:4'],
    ['use a::b as m;\nm::|C', 'a/b.tremor:3:7'],
    ['use a::|b;', 'a/b.tremor:1:1'],
    ['let a = 1; event.|a', undefined],
    ['use std::array; array::|push(event, 1)', undefined],
  ]
  for (const [marked, place] of cases) {
    test(marked, () => {
      const { source, offset } = read(marked)
      const span = definition(source, offset, worldWith(files))
      if (span === undefined) return assert.equal(undefined, place)
      const { line, column } = positionAt(span.source, span.start)
      assert.equal(`${span.source.name}:${line}:${column}`, place)
    })
  }
})

/** The first bar that is not part of an extractor's rule: `||` stays. */
function read(marked: string) {
  const offset = marked.search(/(?<!\|)\|(?!\|)/)
  return { source: { name: 'text', text: marked.slice(0, offset) + marked.slice(offset + 1) }, offset }
}
