/** What is told to a running Temblor by its commands: a process of its own, its files, and the commands as an operator types them. */
import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { folder, type Upstream, upstream } from '../gateways/support.ts'
import { root, start } from '../support/process.ts'
import { temblor } from './fake-terminal.ts'

let files: ReturnType<typeof folder>
let origin: Upstream
let running: ReturnType<typeof start>
let admin = ''
let port = 0
const runtime = () => ({ TEMBLOR_ADMIN: admin, XDG_RUNTIME_DIR: files.path })

function configuration(more = ''): string {
  return `onramp:
  - { id: front, type: rest, linked: true, config: { host: 127.0.0.1, port: 0 } }
offramp:
  - id: up
    type: rest
    linked: true
    config:
      endpoints: ["http://127.0.0.1:${origin.port}", "http://127.0.0.1:1"]
      health: { passive: { failures: 1 } }
      cache: {}
      ${more}
route:
  - { id: main, from: front, rules: [{ path: /*, to: up }] }
`
}

/** One command line against it; `VAR=value` words in front are its environment. */
function tell(line: string, environment: Record<string, string> = {}, input = '') {
  return temblor(line.split(' '), { environment: { ...runtime(), ...environment }, input })
}

async function ask(path: string): Promise<{ status: number; cache: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'x-api-key': 'hunter2' }
    request({ host: '127.0.0.1', port, path, headers }, (answer) => {
      answer.resume()
      answer.on('end', () =>
        resolve({ status: answer.statusCode!, cache: String(answer.headers['cache-status']) }),
      )
    })
      .on('error', reject)
      .end()
  })
}

before(async () => {
  origin = await upstream((asked, answer) => {
    answer.writeHead(200, { 'cache-control': 'max-age=60', 'surrogate-key': `all ${asked.url!.slice(1)}` })
    answer.end('ok')
  })
  files = folder({ 'proxy.yaml': configuration() })
  const line = [join(root, 'bin/temblor.js'), 'run', 'proxy.yaml', '--admin', '0', '--log-format', 'json']
  running = start('env', ['-C', files.path, process.execPath, ...line], { XDG_RUNTIME_DIR: files.path })
  const found = JSON.parse(await running.says(/"msg":"Admin listens"/))
  admin = new URL(found.url).host
  const listening = JSON.parse(await running.says(/"msg":"Listening"/))
  port = Number(new URL(listening.at[0]).port)
})

after(async () => {
  await running.stop()
  await origin.close()
  files.remove()
})

suite('a running Temblor', () => {
  test('says how it is, and why', async () => {
    for (const path of ['/a', '/b']) assert.equal((await ask(path)).status, 200)
    const { code, out } = await tell('status')
    assert.equal(code, 0)
    assert.match(out, /^degraded: temblor \S+, pid \d+, up \d+s\nrevision 1 \([0-9a-f]{12}\) since \S+Z\n/)
    assert.match(out, /\n\/offramp\/up\/main {2}degraded\n/)
    assert.match(out, /ejected +http:\/\/127\.0\.0\.1:1 .*1 failure in a row, the last: .*ECONNREFUSED/)
    assert.match(out, /cache: 2 answers, \d+ octets; of 2: 2 miss\n/)
    assert.equal((await tell('status --check')).code, 1)
    const told = JSON.parse((await tell('status --json')).out)
    assert.deepEqual([told.schema, told.state, told.revision], [1, 'degraded', 1])
    assert.deepEqual(
      told.offramps[0].upstreams.map(({ state }: { state: string }) => state),
      ['up', 'ejected'],
    )
  })

  test('says so again and again, with rates', async () => {
    const { code, out } = await tell('top --interval 20ms --count 2')
    assert.equal(code, 0)
    assert.equal(out.match(/^degraded: temblor/gm)?.length, 2)
    assert.match(out, /\n {2}0\.0\/s to http:\/\/127\.0\.0\.1:\d+\n/)
  })

  test('forgets what it is told to', async () => {
    const states = async () =>
      Promise.all(['/a', '/b'].map(async (path) => (await ask(path)).cache.split(';')[1]))
    assert.deepEqual(await states(), [' hit', ' hit'])
    assert.deepEqual(await tell('cache purge --tag a'), {
      code: 0,
      out: '/offramp/up/main  1 forgotten\n',
      err: '',
    })
    assert.deepEqual(await states(), [' fwd=uri-miss', ' hit'])
    assert.match((await tell('cache purge /b')).out, /1 forgotten/)
    assert.deepEqual(await states(), [' hit', ' fwd=uri-miss'])
    assert.match((await tell(`cache purge http://127.0.0.1:${origin.port}/b`)).out, /1 forgotten/)
    const all = JSON.parse((await tell('cache purge --all --offramp up --json')).out)
    assert.deepEqual(all, { schema: 1, purged: 1, caches: [{ offramp: '/offramp/up/main', purged: 1 }] })
    const none = await tell('cache purge --all --offramp shop')
    assert.deepEqual(
      [none.code, none.err],
      [1, 'temblor: There is no offramp "shop": there are /offramp/up/main\n'],
    )
  })

  test('says what an edit would change, applies it, and goes back', async () => {
    assert.deepEqual(await tell('plan'), {
      code: 0,
      out: '',
      err: 'Nothing would change: revision 1 stays\n',
    })
    assert.equal((await tell('apply')).code, 0)
    writeFileSync(join(files.path, 'proxy.yaml'), configuration('timeout: 5s'))
    const planned = await tell('plan')
    assert.deepEqual(planned, {
      code: 2,
      out: '~ /offramp/up/main  (its connections, health and cache begin anew)\n',
      err: '1 changed; revision 1 runs\n',
    })
    const applied = await tell('apply --if-revision 1')
    assert.deepEqual([applied.code, applied.out], [0, planned.out])
    assert.match(applied.err, /^Revision 2 runs: 1 changed; undo: temblor rollback\n$/)
    const late = await tell('apply --if-revision 1')
    assert.equal(late.code, 75)
    assert.match(late.err, /Revision 2 runs, not 1/)
    assert.match((await tell('rollback')).err, /^Revision 3 runs: 1 changed/)
    assert.match((await tell('rollback 2')).err, /^Revision 4 runs: 1 changed/)
    assert.match(
      (await tell('rollback 77')).err,
      /There is no revision 77 to go back to: known are 4, 3, 2, 1/,
    )
    const { out } = await tell('status --revisions')
    assert.match(out, /^4 {2}[0-9a-f]{12} {2}\S+ {2}back to revision 2\n3 [\s\S]*\n1 .* start\n$/)
  })

  test('takes files that are sent, modules and all, and refuses what is wrong with them', async () => {
    const sent = folder({
      'front.yaml': configuration('timeout: 9s'),
      'more/unused.trickle': 'use words;\nselect words::SAME from in into out;',
      'more/words.tremor': 'const SAME = 1;',
    })
    try {
      const applied = await tell(`apply ${sent.path}`)
      assert.equal(applied.code, 0, applied.err)
      const bad = await tell('apply -', {}, configuration('timeout: soon'))
      assert.equal(bad.code, 1)
      assert.match(bad.err, /error\[E\d+\][\s\S]*<stdin>:\d+[\s\S]*Refused, revision 5 stays/)
      assert.equal((await tell('plan -', {}, configuration('timeout: soon'))).code, 1)
      const gone = await tell('apply nowhere.yaml')
      assert.equal(gone.code, 1)
      assert.match(gone.err, /Cannot read ".*nowhere\.yaml": it does not exist/)
    } finally {
      sent.remove()
    }
  })

  test('shows what leaves a port, without what is secret, also after a reload', async () => {
    const shown = async (line: string, path: string) => {
      const looking = tell(line)
      let over = false
      void looking.finally(() => {
        over = true
      })
      while (!over) await ask(path)
      return looking
    }
    const { code, out } = await shown('tap -n 2 /offramp/up/main/out', '/tapped?token=hunter2')
    assert.equal(code, 0)
    const lines = out.trim().split('\n')
    assert.equal(lines.length, 2)
    const line = JSON.parse(lines[0]!)
    assert.deepEqual(
      [line.port, line.body, line.meta.response.status],
      ['/offramp/up/main/out', 'streamed', 200],
    )
    const { out: request } = await shown('tap -n 1 /onramp/front/main/out', '/tapped?token=hunter2')
    assert.deepEqual(JSON.parse(request).meta.request.headers['x-api-key'], '(secret)')
    assert.doesNotMatch(request + out, /hunter2/)
    const wrong = await tell('tap /offramp/up/main/nowhere')
    assert.equal(wrong.code, 1)
    assert.match(
      wrong.err,
      /Nothing leaves by "\/offramp\/up\/main\/nowhere": there are \/onramp\/front\/main\/out, /,
    )
    assert.equal((await tell('tap /offramp/up/main/out', { TEMBLOR_ADMIN_TOKEN: 'guessed' })).code, 77)
    const across = shown('tap -n 200 /onramp/front/main/out', '/more')
    const before = JSON.parse((await tell('status --json')).out).revision
    assert.equal((await tell('rollback')).code, 0)
    assert.equal((await across).out.trim().split('\n').length, 200)
    assert.equal(JSON.parse((await tell('status --json')).out).revision, before + 1)
  })

  test('is not to be changed by whoever has no token', async () => {
    const { code, err } = await tell('rollback', { TEMBLOR_ADMIN_TOKEN: 'guessed' })
    assert.equal(code, 77)
    assert.match(err, /^temblor: Not allowed: Changes need /)
    assert.equal((await tell('cache purge --all', { XDG_RUNTIME_DIR: '/nonexistent' })).code, 77)
    // What only shows needs none on the loopback.
    assert.equal((await tell('status', { XDG_RUNTIME_DIR: '/nonexistent' })).code, 0)
    const left = join(files.path, 'temblor', `${admin.split(':')[1]}.token`)
    assert.equal(statSync(left).mode & 0o777, 0o600)
    assert.equal(statSync(join(files.path, 'temblor')).mode & 0o777, 0o700)
    assert.ok(readFileSync(left, 'utf8').length >= 32)
  })

  const raw: readonly (readonly [string, object, string, number])[] = [
    ['a GET changes nothing', { method: 'GET', path: '/v1/apply' }, '', 405],
    ['without a token', { method: 'POST', path: '/v1/apply' }, '{}', 401],
    [
      'from a page of another origin',
      { method: 'POST', path: '/v1/apply', token: true, headers: { origin: 'http://evil.example' } },
      '{}',
      403,
    ],
    [
      'by DNS rebinding',
      { method: 'POST', path: '/v1/apply', token: true, headers: { host: 'evil.example' } },
      '{}',
      403,
    ],
    [
      'as a form would send it',
      { method: 'POST', path: '/v1/apply', token: true, headers: { 'content-type': 'text/plain' } },
      '{}',
      415,
    ],
    ['what is no JSON', { method: 'POST', path: '/v1/apply', token: true }, '{', 400],
    [
      'what is no bundle',
      { method: 'POST', path: '/v1/apply', token: true },
      '{"bundle":{"paths":[1]}}',
      400,
    ],
    ['too much', { method: 'POST', path: '/v1/plan', token: true }, `{"x":"${'x'.repeat(17_000_000)}"}`, 413],
    ['a purge of nothing', { method: 'POST', path: '/v1/cache/purge', token: true }, '{}', 400],
    [
      'a purge of two things',
      { method: 'POST', path: '/v1/cache/purge', token: true },
      '{"all":true,"tag":"a"}',
      400,
    ],
  ]
  for (const [name, asked, body, status] of raw)
    test(`refuses with ${status}: ${name}`, async () => assert.equal(await send(asked, body), status))
})

test('nobody is there: 69', async () => {
  const { code, err } = await temblor(['status', '--url', '127.0.0.1:1'])
  assert.deepEqual([code, err], [69, 'temblor: No running Temblor at 127.0.0.1:1: nothing listens there\n'])
})

test('what listens is no Temblor: 69', async () => {
  const { code, err } = await temblor(['status', '--url', `127.0.0.1:${origin.port}`])
  assert.equal(code, 69)
  assert.match(err, /does not answer as a Temblor does/)
})

interface Sent {
  readonly method?: string
  readonly path?: string
  readonly token?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

function send({ method, path, token = false, headers }: Sent, body: string): Promise<number> {
  const [host, at] = admin.split(':')
  const bearer = token ? readFileSync(join(files.path, 'temblor', `${at}.token`), 'utf8') : undefined
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host,
        port: at,
        method,
        path,
        headers: {
          'content-type': 'application/json',
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          ...headers,
        },
      },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode!)
      },
    )
    // Too much is refused before all of it was sent.
    sent.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EPIPE' || error.code === 'ECONNRESET' ? undefined : reject(error),
    )
    sent.end(body)
  })
}
