import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadCatalogue } from '#engine/catalogue.ts'
import { measuredPages, pagesOf } from '#engine/docs/pages.ts'
import { home } from '#engine/home.ts'
import { loadKinds } from '#engine/kinds.ts'

const folder = join(home, 'engine/docs')
const pages = pagesOf(await loadCatalogue(), await loadKinds())

for (const { file, text } of pages) {
  test(`engine/docs/${file} is fresh`, () => {
    const path = join(folder, file)
    const held = existsSync(path) ? readFileSync(path, 'utf8') : ''
    assert.ok(held === text, 'it is stale; refresh it with: node engine/docs/generate.ts')
  })
}

test('there is no page nobody generates', () => {
  const known = [...pages.map(({ file }) => file), ...measuredPages]
  assert.deepEqual(
    readdirSync(folder).filter((file) => file.endsWith('.md') && !known.includes(file)),
    [],
  )
})
