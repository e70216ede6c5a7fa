/** Damaged programs: whatever comes in, the compiler answers, and every finding points into the text. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileQuery, compileScript } from '#dsl/compile.ts'
import { render, renderTremor } from '#dsl/render.ts'
import { world } from './world.ts'

/** More with `MUTANTS=1000000`. */
const runs = Number(process.env['MUTANTS'] ?? 1500)

const cases = join(import.meta.dirname, '../../cases')
const texts = ['errors', 'scripts'].flatMap((family) =>
  readdirSync(join(cases, family)).flatMap((name) =>
    readdirSync(join(cases, family, name))
      .filter((file) => /\.(tremor|trickle)$/.test(file))
      .map((file) => readFileSync(join(cases, family, name, file), 'utf8')),
  ),
)
const words = [
  ...texts
    .join(' ')
    .match(/\w+|"[^"\n]*"|[^\s\w]+|\s+/g)!
    .filter((word) => word.length < 40),
  '"""\n',
  '#{',
  '|',
  '`',
  '\\',
  '\u0000',
  '😀',
  '\ud800',
  '##',
  '###',
  '#!config ',
  '-1',
  '1e999',
  '0x',
  '%(',
  '...',
  '::',
  ':::',
]

type Edit = readonly [at: number, length: number, word: string]

const damage = fc.tuple(
  fc.constantFrom(...texts.filter((text) => text.length < 4000)),
  fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), fc.constantFrom(...words)), {
    minLength: 1,
    maxLength: 4,
  }),
)

function damaged(text: string, edits: readonly Edit[]): string {
  return edits.reduce((so, [at, length, word]) => {
    const start = Math.floor(at * so.length)
    return so.slice(0, start) + word + so.slice(start + length)
  }, text)
}

test(`${runs} damaged programs are answered`, () => {
  fc.assert(
    fc.property(damage, fc.boolean(), ([text, edits], isQuery) => {
      const source = { name: isQuery ? 'x.trickle' : 'x.tremor', text: damaged(text, edits) }
      const { result, findings } = isQuery ? compileQuery(source, 'x', world) : compileScript(source, world)
      assert.equal(
        result === undefined,
        findings.some(({ severity }) => severity === 'error'),
      )
      for (const finding of findings) {
        for (const { span } of finding.labels)
          assert.ok(
            span.start >= 0 && span.start <= span.end && span.end <= source.text.length,
            render(finding),
          )
        assert.ok(
          finding.message.length > 0 &&
            !/undefined|NaN|\[object/.test(finding.message.replace(source.text, '')),
          finding.message,
        )
        assert.ok(render(finding).includes('x.tr') && renderTremor(finding).length > 0)
      }
    }),
    { numRuns: runs },
  )
})
