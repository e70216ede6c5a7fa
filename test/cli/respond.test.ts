/** The embedded upstream answers as httpbin does: what the page prints, and what tests and documents lean on. */
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { respond } from '#engine/respond.ts'
import { handClock } from '#engine/tools/hand-clock.ts'

const clock = handClock()
const upstream = await respond({ host: '127.0.0.1', listen: [{ port: 0, name: 'webserver01' }], clock })
const { port } = upstream.servers[0]!
const base = `http://127.0.0.1:${port}`
after(() => upstream.close())

test('/anything prints what the page prints: keys sorted, no white space, names capitalised, numbers as sent', async () => {
  const body = '{"snot": 12345678901234567890, "b": 1.0}'
  const headers = {
    'content-type': 'application/json',
    accept: '*/*',
    'accept-language': '*',
    'user-agent': 'curl/7.64.1',
    'x-b3-traceid': '7',
    'sec-fetch-mode': 'cors',
    'accept-encoding': 'deflate, gzip',
  }
  const response = await fetch(`${base}/anything?q=2&a=1&q=3`, { method: 'PUT', body, headers })
  assert.equal(response.headers.get('server'), 'webserver01')
  assert.equal(response.headers.get('content-type'), 'application/json')
  assert.equal(response.headers.get('access-control-allow-origin'), '*')
  assert.equal(
    await response.text(),
    '{"args":{"a":"1","q":["2","3"]},"data":"{\\"snot\\": 12345678901234567890, \\"b\\": 1.0}","files":{},"form":{},' +
      '"headers":{"Accept":"*/*","Accept-Encoding":"deflate, gzip","Accept-Language":"*","Connection":"keep-alive","Content-Length":"40","Content-Type":"application/json",' +
      `"Host":"127.0.0.1:${port}","Sec-Fetch-Mode":"cors","User-Agent":"curl/7.64.1","X-B3-Traceid":"7"},` +
      '"json":{"b":1.0,"snot":12345678901234567890},"method":"PUT","origin":"127.0.0.1",' +
      `"url":"http://127.0.0.1:${port}/anything?q=2&a=1&q=3"}`,
  )
})

suite('status, headers and body', () => {
  const cases: {
    path: string
    init?: RequestInit
    status: number
    headers?: Record<string, string>
    body?: unknown
  }[] = [
    { path: '/status/418', status: 418, body: '' },
    { path: '/status/302', init: { redirect: 'manual' }, status: 302, headers: { location: '/redirect/1' } },
    { path: '/status/999', status: 400, body: 'Not a status from 200 to 599: "999"\n' },
    { path: '/nothing', status: 404, body: '' },
    { path: '/post', status: 405, headers: { allow: 'POST' } },
    { path: '/ip', status: 200, body: { origin: '127.0.0.1' } },
    {
      path: '/ip',
      init: { headers: { 'x-forwarded-for': '192.0.2.7' } },
      status: 200,
      body: { origin: '192.0.2.7' },
    },
    {
      path: '/user-agent',
      init: { headers: { 'user-agent': 'me' } },
      status: 200,
      body: { 'user-agent': 'me' },
    },
    { path: '/response-headers?x-a=1&x-a=2', status: 200, headers: { 'x-a': '1, 2' } },
    {
      path: '/response-headers?content-length=1&x=a%0Ab',
      status: 200,
      headers: { 'content-type': 'application/json' },
    },
    { path: '/redirect/2', init: { redirect: 'manual' }, status: 302, headers: { location: '/redirect/1' } },
    {
      path: '/cookies',
      init: { headers: { cookie: 'a=1; b=x=y' } },
      status: 200,
      body: { cookies: { a: '1', b: 'x=y' } },
    },
    { path: '/cache', init: { headers: { 'if-none-match': '"x"' } }, status: 304 },
    { path: '/cache/60', status: 200, headers: { 'cache-control': 'public, max-age=60' } },
    { path: '/etag/x', status: 200, headers: { etag: '"x"' } },
    { path: '/etag/x', init: { headers: { 'if-none-match': 'W/"x"' } }, status: 304 },
    { path: '/etag/x', init: { headers: { 'if-match': '"y"' } }, status: 412 },
    { path: '/basic-auth/u/p', status: 401, headers: { 'www-authenticate': 'Basic realm="Fake Realm"' } },
    {
      path: '/basic-auth/u/p',
      init: { headers: { authorization: 'Basic dTpw' } },
      status: 200,
      body: { authenticated: true, user: 'u' },
    },
    {
      path: '/bearer',
      init: { headers: { authorization: 'Bearer t' } },
      status: 200,
      body: { authenticated: true, token: 't' },
    },
    { path: '/base64/aGk=', status: 200, body: 'hi' },
    { path: '/anything', init: { method: 'OPTIONS' }, status: 200, body: '' },
    { path: '/bytes/-1', status: 400 },
  ]
  for (const { path, init, status, headers = {}, body } of cases) {
    test(`${init?.method ?? 'GET'} ${path} ${init?.headers ? JSON.stringify(init.headers) : ''}`, async () => {
      const response = await fetch(base + path, init)
      assert.equal(response.status, status)
      for (const [name, value] of Object.entries(headers)) assert.equal(response.headers.get(name), value)
      const text = await response.text()
      if (typeof body === 'string') assert.equal(text, body)
      else if (body !== undefined) assert.deepEqual(JSON.parse(text), body)
    })
  }
})

suite('bodies', () => {
  test('a form is shown as one', async () => {
    const { form, data } = await shown({
      method: 'POST',
      body: new URLSearchParams([
        ['a', '1'],
        ['b', 'ü'],
        ['a', '2'],
      ]),
    })
    assert.deepEqual({ form, data }, { form: { a: ['1', '2'], b: 'ü' }, data: '' })
  })

  test('parts of a multipart form are fields and files', async () => {
    const sent = new FormData()
    sent.append('field', 'value')
    sent.append('file', new File(['content'], 'name.txt'))
    const { form, files } = await shown({ method: 'POST', body: sent })
    assert.deepEqual({ form, files }, { form: { field: 'value' }, files: { file: 'content' } })
  })

  test('bytes that are no text are shown as a data URL', async () => {
    const { data, json } = await shown({ method: 'POST', body: new Uint8Array([255, 0]) })
    assert.deepEqual({ data, json }, { data: 'data:application/octet-stream;base64,/wA=', json: null })
  })

  async function shown(init: RequestInit): Promise<Record<string, unknown>> {
    return (await (await fetch(`${base}/anything`, init)).json()) as Record<string, unknown>
  }
})

test('/bytes/N are the same bytes each time, others by another seed', async () => {
  const read = async (path: string) => Buffer.from(await (await fetch(base + path)).arrayBuffer())
  const [first, again, other] = [
    await read('/bytes/100000'),
    await read('/bytes/100000'),
    await read('/stream-bytes/100000?seed=2'),
  ]
  assert.equal(first.length, 100_000)
  assert.ok(first.equals(again))
  assert.equal(other.length, 100_000)
  assert.ok(!first.equals(other))
})

test('/stream/N is N lines of JSON', async () => {
  const lines = (await (await fetch(`${base}/stream/3`)).text()).trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).id),
    [0, 1, 2],
  )
})

test('/gzip is compressed', async () => {
  const { request } = await import('node:http')
  const packed = await new Promise<Buffer>((resolve) => {
    request(`${base}/gzip`, (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece) => pieces.push(piece)).on('end', () => resolve(Buffer.concat(pieces)))
    }).end()
  })
  assert.equal(JSON.parse(gunzipSync(packed).toString()).gzipped, true)
})

test('/delay/N waits by its clock', async () => {
  let answered = false
  const answer = fetch(`${base}/delay/2`).then((response) => {
    answered = true
    return response.status
  })
  while (clock.pending === 0) await new Promise(setImmediate)
  clock.turn(1999)
  await new Promise(setImmediate)
  assert.equal(answered, false)
  clock.turn(1)
  assert.equal(await answer, 200)
})

test('a failing upstream fails every so often, evenly', async () => {
  const failing = await respond({ host: '127.0.0.1', listen: [{ port: 0 }], clock, failRate: 0.25 })
  const statuses: number[] = []
  for (let n = 0; n < 8; n++)
    statuses.push((await fetch(`http://127.0.0.1:${failing.servers[0]!.port}/get`)).status)
  await failing.close()
  assert.deepEqual(statuses, [200, 200, 200, 500, 200, 200, 200, 500])
})

test('a taken port is said, and nothing stays open', async () => {
  await assert.rejects(respond({ host: '127.0.0.1', listen: [{ port: 0 }, { port }], clock }), {
    code: 'EADDRINUSE',
  })
})
