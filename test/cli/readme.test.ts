/** What the README tells a reader to write, is accepted; what it tells them to type, exists. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandNames, loadCommand } from '#engine/cli/commands.ts'
import { home } from '#engine/home.ts'
import { temblor } from './fake-terminal.ts'

const readme = readFileSync(join(home, 'README.md'), 'utf8')

function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(
    ([, text]) => text!,
  )
}

test('its configuration passes the check', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'temblor-readme-'))
  for (const [n, text] of blocks('yaml').entries()) writeFileSync(join(folder, `${n}.yaml`), text)
  for (const text of blocks('trickle')) writeFileSync(join(folder, /^# (\S+\.trickle)/.exec(text)![1]!), text)
  const { code, out } = await temblor(['check', folder])
  rmSync(folder, { recursive: true })
  assert.equal(code, 0, out)
})

test('its commands and their flags are known', async () => {
  const lines = blocks('console')
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.startsWith('$ npx temblor'))
  assert.ok(lines.length > 0)
  for (const line of lines) {
    const [name, ...words] = line
      .replace(/\s+#.*/, '')
      .split(' ')
      .slice(3)
    assert.ok(commandNames().includes(name!), line)
    const { flags } = (await loadCommand(name!))!
    for (const word of words.filter((word) => word.startsWith('--')))
      assert.ok(word.slice(2) in flags, `${name} ${word}`)
  }
})

test('its npm scripts are there', () => {
  const { scripts } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  for (const [, name] of readme.matchAll(/`npm run (\w+)`/g)) assert.ok(name! in scripts, name!)
})
