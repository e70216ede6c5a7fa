/** Did you mean. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { editDistance, nearest } from '#dsl/nearest.ts'

const names = ['uppercase', 'lowercase', 'len', 'in', 'out', 'roundrobin']

const table: [given: string, meant: string | undefined][] = [
  ['upercase', 'uppercase'],
  ['uppercsae', 'uppercase'],
  ['lenn', 'len'],
  ['inn', 'in'],
  ['roundrobbin', 'roundrobin'],
  ['len', undefined],
  ['completely', undefined],
  ['', undefined],
]
for (const [given, meant] of table)
  test(`"${given}": ${meant ?? 'nothing near'}`, () => assert.equal(nearest(given, names), meant))

test('of seven letters three may be wrong, of six two', () => {
  assert.equal(nearest('abcdefg', ['abcdxyz']), 'abcdxyz')
  assert.equal(nearest('abcdef', ['abcxyz']), undefined)
})

test('of equally near names the first in the alphabet is meant', () =>
  assert.equal(nearest('cat', ['rat', 'bat']), 'bat'))

test('the distance of two words is that of the same words the other way round, and none to itself', () => {
  const word = fc.string({ maxLength: 8 })
  fc.assert(
    fc.property(word, word, (a, b) => editDistance(a, b) === editDistance(b, a) && editDistance(a, a) === 0),
  )
})

test('changing, adding, dropping and swapping letters counts one each', () => {
  assert.deepEqual(
    ['abd', 'abcd', 'ab', 'acb', 'ca'].map((word) => editDistance('abc', word)),
    [1, 1, 1, 1, 2],
  )
})
