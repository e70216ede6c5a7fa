/** The parser is made from the grammar once, and a packed copy needs no peggy. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createBuild } from '#dsl/grammar/build.ts'
import { lex } from '#dsl/grammar/lex.ts'
import { type Parser, writeParser } from '#dsl/grammar/load.ts'
import { encode } from '#dsl/grammar/tokens.ts'

test('what is written for a package parses by itself', () => {
  const folder = mkdtempSync(join(tmpdir(), 'temblor-parser-'))
  try {
    writeParser(folder)
    assert.deepEqual(readdirSync(folder), ['parser.cjs'])
    const path = join(folder, 'parser.cjs')
    assert.doesNotMatch(readFileSync(path, 'utf8'), /require\(/)
    const parser = createRequire(import.meta.url)(path) as Parser
    const source = { name: 'x.tremor', text: 'event' }
    const { tokens } = lex(source)
    const tree = parser.parse(encode(tokens), {
      startRule: 'Script',
      build: createBuild(source, tokens, 0),
    }) as { items: object[] }
    assert.equal(tree.items.length, 1)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
