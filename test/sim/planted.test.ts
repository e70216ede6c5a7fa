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

test('there are twenty bugs and more that can be planted', () => {
  const movedOn = plantedBugs.filter((bug) => {
    const source = readFileSync(new URL(`../../${bug.file}`, import.meta.url), 'utf8')
    return planted(source, bug) === null
  })
  const names = movedOn.map((bug) => `"${bug.name}" in ${bug.file}`).join(', ')
  assert.ok(plantedBugs.length - movedOn.length >= 20, `these have no such place any more: ${names}`)
})

describe('planted, it is found', () => {
  const sandbox = openSandbox()
  after(() => sandbox.remove())
  test('and without a bug nothing is', () => {
    const hunt = sandbox.hunt(null, 100)
    assert.ok(!hunt.found && hunt.requests > 1000, hunt.how)
  })
  for (const name of few) {
    test(name, () => {
      const bug = plantedBugs.find((bug) => bug.name === name)!
      const hunt = sandbox.hunt(bug, 100)
      assert.ok(hunt.found, hunt.how)
    })
  }
})
