/** Writes the reference pages beside this file: `node engine/docs/generate.ts`. A test fails while they are stale. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { loadCatalogue } from '../catalogue.ts'
import { loadKinds } from '../kinds.ts'
import { measuredPages, pagesOf } from './pages.ts'

const folder = fileURLToPath(new URL('./', import.meta.url))
const pages = pagesOf(await loadCatalogue(), await loadKinds())
for (const file of readdirSync(folder)) {
  if (!file.endsWith('.md') || measuredPages.includes(file)) continue
  if (!pages.some((page) => page.file === file)) rmSync(`${folder}${file}`)
}
for (const { file, text } of pages) writeFileSync(`${folder}${file}`, text)
