/** `temblor fmt`, as a person and as a workflow call it. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import fc from 'fast-check'
import { home } from '#engine/home.ts'
import { unifiedDiff } from '#engine/tools/diff.ts'
import { temblor } from '../cli/fake-terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'temblor-fmt-'))
after(() => rmSync(folder, { recursive: true }))

suite('fmt', () => {
  const messy = file('messy.tremor', 'let  a=1;\nevent')
  const tidy = file('tidy.trickle', 'select event from in into out\n')
  const broken = file('broken.tremor', 'let a =')

  test('prints the result', async () => {
    assert.deepEqual(await temblor(['fmt', messy]), { code: 0, out: 'let a = 1;\nevent\n', err: '' })
  })

  test('knows a query from a script on stdin', async () => {
    const { out } = await temblor(['fmt', '-'], { input: 'select event   from in into out;' })
    assert.equal(out, 'select event from in into out;\n')
    assert.equal((await temblor(['fmt'], { input: 'event.a+1' })).out, 'event.a + 1\n')
  })

  test('--check names the files that differ, and fails', async () => {
    assert.deepEqual(await temblor(['fmt', '--check', messy, tidy]), { code: 1, out: '', err: `${messy}\n` })
    assert.deepEqual(await temblor(['fmt', '--check', tidy]), { code: 0, out: '', err: '' })
  })

  test('--diff prints a patch', async () => {
    const { code, out } = await temblor(['fmt', '--diff', messy, tidy])
    assert.equal(code, 0)
    assert.equal(
      out,
      `--- ${messy}\n+++ ${messy}\n@@ -1,2 +1,2 @@\n-let  a=1;\n-event\n\\ No newline at end of file\n+let a = 1;\n+event\n`,
    )
    assert.equal((await temblor(['fmt', '--check', '--diff', messy])).code, 1)
  })

  test('what cannot be read is told with its place, and the rest is done all the same', async () => {
    const { code, out, err } = await temblor(['fmt', broken, tidy])
    assert.deepEqual([code, out], [1, 'select event from in into out\n'])
    assert.match(err, /^error\[E\d{4}\]: [\s\S]*broken\.tremor:1:8/)
  })

  test('a path that is not there is told', async () => {
    const { code, err } = await temblor(['fmt', 'nowhere'])
    assert.deepEqual([code, err], [1, 'temblor: Cannot read "nowhere": it does not exist\n'])
  })

  test('-w writes all files of a folder', async () => {
    rmSync(broken)
    assert.equal((await temblor(['fmt', '-w', folder])).code, 0)
    assert.equal(readFileSync(messy, 'utf8'), 'let a = 1;\nevent\n')
    assert.equal((await temblor(['fmt', '--check', folder])).code, 0)
    assert.equal((await temblor(['fmt', '-w', '--check', folder])).code, 64)
  })

  test('what is shipped is laid out', async () => {
    const { err } = await temblor(['fmt', '--check', join(home, 'pipelines')])
    assert.equal(err, '')
  })
})

test('a patch leads from one text to the other, whatever they are', () => {
  const text = fc
    .array(fc.constantFrom('a\n', 'b\n', 'c\n', '\n'), { maxLength: 30 })
    .map((lines) => lines.join(''))
  const ending = fc.constantFrom('', 'a', 'end')
  fc.assert(
    fc.property(text, ending, text, ending, (before, beforeEnd, after, afterEnd) => {
      const [from, to] = [before + beforeEnd, after + afterEnd]
      assert.equal(applied(unifiedDiff(from, to, 'x'), from), to)
    }),
    { numRuns: 500 },
  )
})

/** As `patch` does it, but that it takes every line at its word. */
function applied(patch: string, text: string): string {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
  const result: string[] = []
  let at = 0
  for (const hunk of patch.split(/^(?=@@ )/m).slice(1)) {
    const [header, ...rest] = hunk
      .replaceAll('\n\\ No newline at end of file', '\0')
      .match(/[^\n]*\n|[^\n]+$/g)!
    const [, start, count] = /^@@ -(\d+),(\d+) \+\d+,\d+ @@\n$/.exec(header!)!.map(Number) as [
      number,
      number,
      number,
    ]
    const first = count === 0 ? start : start - 1
    result.push(...lines.slice(at, first))
    at = first
    for (const line of rest) {
      const said = line.slice(1).replace(/\0\n?$/, '')
      if (line[0] !== '+') assert.equal(lines[at++], said)
      if (line[0] !== '-') result.push(said)
    }
  }
  return [...result, ...lines.slice(at)].join('')
}

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
