/** The simulation finds what is planted: all bugs fit the sources as they are, and a few are looked for. `planted.ts` looks for all. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { openSandbox, planted } from './planted.ts'
import { plantedBugs } from './planted-bugs.ts'

const few = [
  'the guard of the one answer is dropped',
  'the request does not let go of its event',
  'the timer of the deadline runs on',
  'bytes are kept in a buffer that is used again',
  'a failed call keeps its place',
]

test('there are twenty bugs and more, and each can be planted', () => {
  assert.ok(plantedBugs.length >= 20)
  for (const bug of plantedBugs) {
    const source = readFileSync(new URL(`../../${bug.file}`, import.meta.url), 'utf8')
    assert.notEqual(planted(source, bug), source)
  }
})

describe('planted, it is found', () => {
  const sandbox = openSandbox()
  after(() => sandbox.remove())
  for (const name of few) {
    test(name, () => {
      const bug = plantedBugs.find((bug) => bug.name === name)!
      const hunt = sandbox.hunt(bug, 100)
      assert.ok(hunt.found, hunt.how)
    })
  }
})
