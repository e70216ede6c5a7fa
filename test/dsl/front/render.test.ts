/** How findings look. The texts of whole files are in test/cases/errors; here are the corners of the layout. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { render, renderTremor } from '#dsl/render.ts'
import { type Source, spanOf } from '#dsl/source.ts'

const source: Source = { name: 'a.tremor', text: 'one two\n\tthree\n漢字 four\r\nfive' }
const other: Source = { name: 'b.tremor', text: 'elsewhere' }

function finding(start: number, end: number, more: Partial<Diagnostic> = {}): Diagnostic {
  return {
    code: 'E0000',
    severity: 'error',
    origin: 'tremor',
    message: 'It is wrong',
    labels: [{ span: spanOf(source, start, end) }],
    ...more,
  }
}

function marks(text: string): string {
  return text
    .split('\n')
    .filter((line) => /^\s+\| .*[\^-]/.test(line))
    .join('\n')
}

test('the marks stand under what they mark', () => {
  assert.equal(marks(render(finding(4, 7))), '  |     ^^^')
})

test('a tab before the marks stays a tab', () => {
  assert.equal(marks(render(finding(9, 14))), '  | \t^^^^^')
})

test('characters of double width have marks of double width', () => {
  assert.equal(marks(render(finding(15, 17))), '  | ^^^^')
  assert.equal(marks(render(finding(18, 22))), '  |      ^^^^')
})

test('a span of several lines is marked on its first', () => {
  assert.equal(marks(render(finding(4, 14))), '  |     ^^^')
})

test('a span without length, and one behind the text, has one mark', () => {
  assert.equal(marks(render(finding(3, 3))), '  |    ^')
  assert.equal(marks(render(finding(source.text.length, source.text.length))), '  |     ^')
})

test('other places are marked with lines of their own, a gap is three points, and other files are named', () => {
  const text = render(
    finding(24, 28, {
      labels: [
        { span: spanOf(source, 24, 28), message: 'here' },
        { span: spanOf(source, 0, 3), message: 'because of this' },
        { span: spanOf(other, 4, 6), message: 'and this' },
      ],
      help: 'Do\nthat',
      notes: ['Think'],
      fix: [{ span: spanOf(source, 0, 0), text: '' }],
    }),
  )
  assert.equal(
    text,
    [
      'error[E0000]: It is wrong',
      ' --> a.tremor:4:1',
      '  |',
      '1 | one two',
      '  | --- because of this',
      ' ...',
      '4 | five',
      '  | ^^^^ here',
      '  |',
      '  = help: Do',
      '          that (fixable)',
      '  = note: Think',
      '  = note: and this: b.tremor:1:5',
      '',
    ].join('\n'),
  )
})

test('color changes nothing but escape codes', () => {
  const one = finding(4, 7, { help: 'Do that', severity: 'warning' })
  const colored = render(one, { color: true })
  assert.notEqual(colored, render(one))
  assert.equal(colored.replace(/\u001b\[[\d;]*m/g, ''), render(one))
})

test("tremor's layout has the lines around, and its own words where they differ", () => {
  const one = finding(9, 14, { help: 'Ours', tremor: { message: 'Theirs', hint: 'Think', context: 1 } })
  const lines = [
    'Error: ',
    '    1 | one two',
    '    2 | \tthree',
    '      |  ^^^^^ Theirs',
    '      |        NOTE: Think',
    '    3 | 漢字 four',
    '',
    '',
  ]
  assert.equal(renderTremor(one), lines.join('\n'))
  assert.match(renderTremor(one, other), /^Error in a\.tremor:2:2 \n/)
  assert.equal(
    renderTremor(finding(0, 1, { tremor: { context: 'none' } })),
    'Error: \n      | ^ It is wrong\n\n',
  )
})
