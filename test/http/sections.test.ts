/** Field sections that came or went before are known again, and nothing that only looks like them is taken for them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BAD, newFields, scanFields } from '#engine/http/own/scan.ts'
import { answerFields, requestHead } from '#engine/http/own/write-head.ts'

const fields = newFields()
/** As often as it takes until it would be known. */
const OFTEN = 20

function scan(text: string, max = 10): { to: number; list: string[] } {
  const to = scanFields(Buffer.from(text, 'latin1'), 0, text.length, max, fields)
  return { to, list: fields.list }
}

function scanOften(text: string): string[] {
  let list: string[] = []
  for (let i = 0; i < OFTEN; i++) ({ list } = scan(text))
  return list
}

const section = 'Host: a.example\r\nX-One: 1\r\nX-Two: zwei\r\n\r\n'
const meaning = ['Host', 'a.example', 'X-One', '1', 'X-Two', 'zwei']

test('a section that came before is known again', () => {
  const list = scanOften(section)
  assert.deepEqual(list, meaning)
  assert.equal(scan(section).list, list)
  assert.equal(scan(section).to, section.length)
})

test('one octet of difference is seen, wherever it stands', () => {
  scanOften(section)
  for (let at = 0; at < section.length; at++)
    for (const other of ['z', '\r', '\n', '\0', ' ']) {
      if (section[at] === other) continue
      const text = section.slice(0, at) + other + section.slice(at + 1)
      const { to, list } = scan(text)
      if (to === text.length) assert.notDeepEqual(list, meaning, JSON.stringify(text))
    }
  assert.deepEqual(scan(section).list, meaning)
})

test('bounds hold for sections that are known', () => {
  scanOften(section)
  assert.equal(scan(section, 2).to, BAD)
})

test('what comes behind a section is not part of it', () => {
  const whole = `${section}{"a":1}`
  scanOften(whole)
  assert.deepEqual(scan(`${section}{"b":2}`), { to: section.length, list: meaning })
})

for (const secret of [
  'Cookie: sid=1',
  'Authorization: Basic YTpi',
  'X-Api-Key: 7',
  'X-Session-Id: 7',
  'X-Signature: 7',
])
  test(`a section with "${secret.split(':')[0]}" is not kept`, () => {
    const text = `Host: a.example\r\n${secret}\r\n\r\n`
    const list = scanOften(text)
    assert.notEqual(scan(text).list, list)
    assert.deepEqual(scan(text).list, list)
  })

test('what goes out says what it is given, known or not', () => {
  const noticed = { date: false, length: -1 }
  for (let i = 0; i < 3 * OFTEN; i++) {
    const date = `Sat, 21 Nov 2026 15:04:${i < 2 * OFTEN ? '01' : '02'} GMT`
    const headers = ['server', 'x', 'content-length', '7', 'connection', 'close', 'date', date]
    assert.equal(answerFields(headers, noticed), `server: x\r\ndate: ${date}\r\n`)
    assert.deepEqual(noticed, { date: true, length: 7 })
    assert.equal(answerFields(['server', 'x'], noticed), 'server: x\r\n')
    assert.deepEqual(noticed, { date: false, length: -1 })
    assert.equal(
      requestHead('GET', '/', ['host', 'b', 'x-one', '1']),
      'GET / HTTP/1.1\r\nhost: b\r\nx-one: 1\r\n',
    )
    assert.equal(
      requestHead('GET', '/a', ['host', 'b', 'x-one', '2']),
      'GET /a HTTP/1.1\r\nhost: b\r\nx-one: 2\r\n',
    )
  }
})

test('a list changed by whoever made it is not taken for what it was', () => {
  const headers = ['host', 'c', 'x-one', '1']
  for (let i = 0; i < OFTEN; i++) requestHead('GET', '/', headers)
  headers[3] = '2'
  assert.equal(requestHead('GET', '/', headers), 'GET / HTTP/1.1\r\nhost: c\r\nx-one: 2\r\n')
})

test('a field that would break its line is refused beside ones that are known', () => {
  const noticed = { date: false, length: -1 }
  for (let i = 0; i < OFTEN; i++) answerFields(['server', 'x', 'x-one', '1'], noticed)
  assert.throws(
    () => answerFields(['server', 'x', 'x-one', '1\r\nx: y'], noticed),
    /its value holds a control character/,
  )
})

test('requests to several hosts in turn are each known', () => {
  for (let i = 0; i < 3 * OFTEN; i++)
    for (const host of ['web01', 'web02', 'web03'])
      assert.equal(
        requestHead('GET', '/', ['host', host, 'x-one', '1']),
        `GET / HTTP/1.1\r\nhost: ${host}\r\nx-one: 1\r\n`,
      )
})
