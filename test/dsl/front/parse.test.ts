/** What the grammar makes of a text, printed back with every operator in parentheses. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Expr, Item, Path, Pattern } from '#dsl/ast.ts'
import { compileScript } from '#dsl/compile.ts'
import { parseQuery, parseScript } from '#dsl/passes/1-parse.ts'
import { textOf } from '#dsl/source.ts'
import { Float } from '#dsl/value.ts'
import { world } from './world.ts'

function script(text: string): readonly Item[] {
  const { tree, findings } = parseScript({ name: 'test.tremor', text })
  assert.deepEqual(
    findings.map(({ message }) => message),
    [],
  )
  return tree.items
}

function complaint(text: string): string {
  const { findings } = parseScript({ name: 'test.tremor', text })
  return findings
    .map(({ code, labels: [{ span }] }) => `${code} ${JSON.stringify(textOf(span))} at ${span.start}`)
    .join(', ')
}

suite('operators bind', () => {
  const table: [text: string, meaning: string][] = [
    ['1 + 2 * 3', '(1 + (2 * 3))'],
    ['1 * 2 + 3', '((1 * 2) + 3)'],
    ['1 - 2 - 3', '((1 - 2) - 3)'],
    ['(1 - (2 - 3))', '(1 - (2 - 3))'],
    ['a or b xor c and d', '(a or (b xor (c and d)))'],
    ['a ^ b & c == d', '(a ^ (b & (c == d)))'],
    ['1 == 2 > 3 >> 4 + 5', '(1 == (2 > (3 >> (4 + 5))))'],
    ['1 << 2 >>> 3', '((1 << 2) >>> 3)'],
    ['not a == b', '((not a) == b)'],
    ['- !a + b', '((- (! a)) + b)'],
    ['--42', '(- -42)'],
    ['a - 1', '(a - 1)'],
    ['-1 - -1', '(-1 - -1)'],
    ['present a.b and absent $c', '((present a.b) and (absent $.c))'],
    ['a-b', 'a-b'],
    ['x-powered-by + 1', '(x-powered-by + 1)'],
    ['1 % 2 %3', '((1 % 2) % 3)'],
  ]
  for (const [text, meaning] of table) test(text, () => assert.equal(show(script(text)[0] as Expr), meaning))
})

suite('literals', () => {
  const table: [text: string, value: unknown][] = [
    ['1_000', 1000],
    ['-7', -7],
    ['0xFF_aa', 0xffaa],
    ['-0x10', -16],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
    ['1.5', 1.5],
    ['1.0', new Float(1)],
    ['1.', new Float(1)],
    ['1_0.2_5e-1_0', 1.025e-9],
    ['true', true],
    ['null', null],
    ['"plain"', 'plain'],
    ['""', ''],
    [String.raw`"\"\'\\\/\b\f\n\r\t\u0041\#{"`, '"\'\\/\b\f\n\r\tA#{'],
    ['"lone # and { and }"', 'lone # and { and }'],
    ['"""\nfirst\n  second\n"""', 'first\n  second\n'],
    ['"""\n"""', ''],
    ['"""\nquote " and ""\n"""', 'quote " and ""\n'],
  ]
  for (const [text, value] of table) {
    test(text, () => {
      const [literal] = script(text) as [Expr & { kind: 'literal' }]
      assert.equal(literal.kind, 'literal')
      assert.deepEqual(literal.value, value)
    })
  }
})

suite('strings', () => {
  const table: [text: string, parts: string][] = [
    ['"a #{b} c"', '"a " b " c"'],
    ['"#{ "in #{ 1 + 2 } side" }"', '"in " (1 + 2) " side"'],
    ['"#{ {"a": 1} }"', 'record'],
    ['"host={host};"', '"host=" {host} ";"'],
    ['"{$a.b}"', '"" {$a.b} ""'],
    ['"{a}{b.c}"', '"" {a} {b.c} ""'],
  ]
  for (const [text, parts] of table) {
    test(text, () => {
      const [found] = script(text) as [Expr & { kind: 'text' }]
      const shown = (part: (typeof found.parts)[number]): string =>
        typeof part === 'string'
          ? JSON.stringify(part)
          : part.kind === 'legacy'
            ? part.text
            : part.kind === 'text'
              ? part.parts.map(shown).join(' ')
              : show(part)
      const spaces = (one: string) => one.replace(/"" /g, '').replace(/ ""/g, '')
      assert.equal(spaces(found.parts.map(shown).join(' ')), spaces(parts))
    })
  }

  const literal = [
    String.raw`"\#{a}"`,
    String.raw`"\n{a}"`,
    '"#x{1}"',
    '"{a b}"',
    '"{}"',
    '"[0-9]{4}"',
    '"{event.a}"',
    '"{a[0]}"',
    '"{ a }"',
  ]
  for (const text of literal) {
    test(`${text} interpolates nothing`, () => {
      const [found] = script(text)
      assert.equal((found as Expr).kind, 'literal')
    })
  }
})

suite('patterns', () => {
  const table: [text: string, meaning: string][] = [
    ['_', 'any'],
    ['"a"', 'is "a"'],
    ['x = %{ present a, absent b, c == 1, d ~= re|x|, e ~= %{}, f ~= %[_] }', 'x = record a b c d e f'],
    ['%{ y = a ~= glob|*|, }', 'record a'],
    ['%[ ~ json||, 1, %{} ]', 'array(extract json, is 1, record)'],
    ['%( 1, _, ... )', 'tuple(is 1, any, ...)'],
    ['%(...)', 'tuple(...)'],
    ['%()', 'tuple()'],
    ['~ glob|a*|', 'extract glob'],
    ['a = b = _', 'a = b = any'],
  ]
  for (const [text, meaning] of table) {
    test(text, () => {
      const [match] = script(`match event of case ${text} => 1 default => 2 end`) as [
        Expr & { kind: 'match' },
      ]
      assert.equal(showPattern(match.cases[0]!.pattern), meaning)
    })
  }

  test('a rule goes on behind a backslash at the end of a line, without the indentation its lines share', () => {
    const [match] = script(
      'match event of case %{ a ~= re|one\\\n     two\\\n      three\\|\\\\| } => 1 default => 2 end',
    ) as [Expr & { kind: 'match' }]
    const pattern = match.cases[0]!.pattern
    assert.equal(
      pattern.kind === 'record' && pattern.fields[0]?.kind === 'extract' && pattern.fields[0].test.rule,
      'one     two      three|\\',
    )
  })
})

suite('places', () => {
  test('of every node are exact', () => {
    const text =
      'let a = (event.b + $c[1]);\n## doc\nfn f(x, ...) with x end;\npatch a of insert "k" => <<1:8/big>> end'
    const [assignment, fn, patch] = script(text) as [
      Expr & { kind: 'let' },
      Item & { kind: 'fn' },
      Expr & { kind: 'patch' },
    ]
    assert.equal(textOf(assignment.span), 'let a = (event.b + $c[1])')
    assert.equal(textOf(assignment.value.span), 'event.b + $c[1]')
    assert.equal(textOf(fn.span), 'fn f(x, ...) with x end')
    assert.equal(fn.doc, ' doc')
    assert.equal(textOf(patch.operations[0]!.span), 'insert "k" => <<1:8/big>>')
  })

  test('of a whole operation include the parentheses of its ends', () => {
    assert.equal(textOf((script('(1 + 2) * (3)')[0] as Expr).span), '(1 + 2) * (3)')
  })

  test('count in embedded scripts from the beginning of the file', () => {
    const text = 'define script s script\n  event.here\nend;'
    const { tree } = parseQuery({ name: 'test.trickle', text })
    const [define] = tree.statements
    assert.ok(define?.kind === 'define-script')
    assert.equal(textOf(define.script.items[0]!.span), 'event.here')
  })
})

suite('what cannot be read', () => {
  const table: [text: string, complaint: string][] = [
    ['a -1', 'E0020 "-1" at 2'],
    ['$.a', 'E0020 "." at 1'],
    ['event.end', 'E0020 "end" at 6'],
    ['1e5', 'E0010 "e" at 1'],
    ['"\\ud83d\\ude00"', 'E0009 "\\\\ud83d" at 1, E0009 "\\\\ude00" at 7'],
    ['a ::: b', 'E0020 ":::" at 2'],
    ['## nothing to document\nevent', 'E0020 "event" at 23'],
    ['fn f() of case () => 1 end; 1', 'E0020 ")" at 16'],
    ['let = 1; let b = ; 3', 'E0020 "=" at 4, E0020 ";" at 17'],
    ["'a'", `E0020 "'" at 0`],
    ['', 'E0020 "" at 0'],
  ]
  for (const [text, expected] of table)
    test(JSON.stringify(text), () => assert.equal(complaint(text), expected))

  test('leaves the statements around it readable', () => {
    const { tree, findings } = parseScript({
      name: 'test.tremor',
      text: 'let a = 1;\nlet b = match ;\nfn f() with 1 end;\nlet c = (;\nf()',
    })
    assert.equal(findings.length, 2)
    assert.deepEqual(
      tree.items.map(({ kind }) => kind),
      ['let', 'fn', 'call'],
    )
  })

  test('in an embedded script leaves the rest of the query readable', () => {
    const text =
      'define script s script\n  let a = ;\n  event\nend;\ncreate script s;\nselect event from in into s;\nselect from s into out;\nselect event from s into out'
    const { tree, findings } = parseQuery({ name: 'test.trickle', text })
    assert.equal(findings.length, 2)
    assert.deepEqual(
      tree.statements.map(({ kind }) => kind),
      ['create', 'select', 'select'],
    )
  })

  const deep = [
    '('.repeat(400),
    `${'('.repeat(400)}1${')'.repeat(400)}`,
    '['.repeat(100_000),
    '- '.repeat(9_000),
    '!'.repeat(9_000),
    'let a = '.repeat(9_000),
    `1${' + 1'.repeat(9_000)}`,
    '"#{'.repeat(9_000),
    'match '.repeat(9_000),
    'case a = '.repeat(2_000),
    '<<'.repeat(9_000),
    'mod a with '.repeat(500),
    '{"a":'.repeat(500),
    `match event of case ${'a = '.repeat(5_000)}_ => 1 end`,
    'emit '.repeat(5_000),
  ]
  for (const text of deep) {
    test(`${text.slice(0, 12)}… of ${text.length} characters is told, and stops nothing`, () => {
      assert.ok(parseScript({ name: 'test.tremor', text }).findings.length > 0)
      assert.ok(parseQuery({ name: 'test.trickle', text }).findings.length > 0)
    })
  }

  test('functions that call one another a thousand deep are told of, or compiled', () => {
    const functions = Array.from(
      { length: 3000 },
      (_, at) => `fn f${at}(x) with ${at === 0 ? 'x' : `f${at - 1}(x)`} end;`,
    )
    const { result, findings } = compileScript(
      { name: 'test.tremor', text: `${functions.join('\n')}f2999(1)` },
      world,
    )
    assert.ok(result !== undefined || findings.length === 1)
  })

  test('what nests 250 deep is read', () => {
    assert.equal(complaint(`${'('.repeat(250)}1${')'.repeat(250)}`), '')
    assert.equal(complaint(`${'[{"a":'.repeat(120)}1${'}]'.repeat(120)}`), '')
  })
})

// ---- printing ----------------------------------------------------------------------------------------------------

function show(expr: Expr): string {
  switch (expr.kind) {
    case 'literal':
      return expr.value instanceof Float
        ? `${expr.value.value}.0`
        : typeof expr.value === 'string'
          ? JSON.stringify(expr.value)
          : String(expr.value)
    case 'binary':
      return `(${show(expr.left)} ${expr.op} ${show(expr.right)})`
    case 'unary':
      return `(${expr.op} ${show(expr.operand)})`
    case 'presence':
      return `(${expr.op} ${showPath(expr.path)})`
    case 'path':
      return showPath(expr)
    default:
      return expr.kind
  }
}

function showPath({ root, segments }: Path): string {
  const start =
    root.kind === 'name' ? [...root.module, root.name].join('::') : root.kind === 'meta' ? '$' : root.kind
  return (
    start +
    segments.map((segment) => (segment.kind === 'key' ? `.${segment.name}` : `[${segment.kind}]`)).join('')
  )
}

function showPattern(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'bind':
      return `${pattern.name} = ${showPattern(pattern.pattern)}`
    case 'record':
      return ['record', ...pattern.fields.map(({ key }) => key)].join(' ')
    case 'array':
      return `array(${pattern.tests.map(showPattern).join(', ')})`
    case 'tuple':
      return `tuple(${[...pattern.tests.map(showPattern), ...(pattern.open ? ['...'] : [])].join(', ')})`
    case 'extract':
      return `extract ${pattern.test.name}`
    case 'expr':
      return `is ${show(pattern.expr)}`
    default:
      return pattern.kind
  }
}
