// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of configurations are written so
// Whatever a file holds, the check answers with findings: it never throws, never hangs, never eats the machine.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Files } from '#engine/binding/files.ts'
import { check } from '#engine/check.ts'
import { home } from '#engine/home.ts'

const checkText = (text: string) => {
  const files: Files = { read: () => text, list: () => [], isDirectory: () => false, stdin: () => text }
  return check(['a.yaml'], { files, env: {} })
}

const bomb = [
  'a: &a [x, x, x, x, x, x, x, x, x]',
  ...'bcdefghi'.split('').map((name, index) => {
    const before = 'abcdefghi'[index]!
    return `${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`
  }),
].join('\n')

for (const [what, text] of [
  ['aliases that multiply', bomb],
  ['an alias of what holds it', 'onramp: &a\n  - *a'],
  ['five thousand brackets', '['.repeat(5000)],
  ['five thousand nested maps', `onramp: ${'{a: '.repeat(5000)}1${'}'.repeat(5000)}`],
  ['a key that is a map', '{a: 1}: b'],
  ['an unknown tag', 'onramp: !!js/function "x"'],
  ['a key called __proto__', '__proto__: { onramp: [] }\nonramp:\n  - __proto__: { id: a }'],
  ['only a number', '7'],
  ['bytes that are no text', '\u0000\uffff\ud800'],
] as const) {
  test(`${what}: findings, no exception`, async () => {
    const { findings, plan } = await checkText(text)
    assert.ok(findings.length > 0)
    assert.equal(plan, undefined)
  })
}

test('a key called __proto__ reaches no prototype', async () => {
  await checkText('mapping:\n  __proto__: { polluted: "yes" }\nx-a: { __proto__: { polluted: "yes" } }')
  assert.equal(({} as { polluted?: string }).polluted, undefined)
})

test('an empty file is an empty configuration', async () => {
  for (const text of ['', '# nothing yet\n', '---\n', 'onramp:\nofframp:\nbinding:\nmapping:\n']) {
    const { findings, plan } = await checkText(text)
    assert.deepEqual(findings, [], text)
    assert.deepEqual(plan?.links, [])
  }
})

test('a shipped binding, cut and spliced at random, always gives findings within the file', async () => {
  const text = readFileSync(join(home, 'bindings/reverse-proxy.yaml'), 'utf8')
  const splice = fc.record({
    at: fc.nat(text.length),
    drop: fc.nat(40),
    put: fc.oneof(
      fc.string({ maxLength: 5 }),
      fc.constantFrom('{', '[', '\n', ': ', '- ', '"', '&a ', '*a', '${X}', '/'),
    ),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(splice, { minLength: 1, maxLength: 4 }), async (splices) => {
      const cut = splices.reduce(
        (now, { at, drop, put }) => now.slice(0, at) + put + now.slice(at + drop),
        text,
      )
      for (const { labels } of (await checkText(cut)).findings) {
        for (const { span } of labels)
          assert.ok(0 <= span.start && span.start <= span.end && span.end <= span.source.text.length)
      }
    }),
    { numRuns: 150 },
  )
})

test('a folder that is no configuration, such as the root of a disk, is not walked to its end', async () => {
  let listed = 0
  const { findings } = await check(['/'], {
    files: {
      read: () => '',
      stdin: () => '',
      isDirectory: () => true,
      list: () => {
        listed++
        return Array.from({ length: 100 }, (_, i) => ({ name: `folder${i}`, isDirectory: true }))
      },
    },
  })
  assert.ok(listed < 200, String(listed))
  assert.match(findings[0]!.message, /there are more than 10000 files and folders to look at$/)
})
