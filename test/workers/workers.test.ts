/** `temblor run --workers 2`, real processes: what a client and an operator may rely on. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { folder } from '../gateways/support.ts'
import { root, start } from '../support/process.ts'
import { ask, keeper, type Several, several, workerOf } from './support.ts'

/** Answers `/ok…` at once, and holds what asks for `/held` until it is let go. */
const held: ServerResponse[] = []
let heardHeld = () => {}
const origin = createServer((asked, answer) => {
  answer.setHeader('cache-control', 'max-age=60')
  if (asked.url !== '/held') return answer.end('ok')
  held.push(answer)
  heardHeld()
})
let originPort = 0
const running = new Set<Several>()

before(async () => {
  origin.listen(0, '127.0.0.1').unref()
  await once(origin, 'listening')
  originPort = (origin.address() as AddressInfo).port
})
after(async () => {
  for (const each of running) await each.end()
  origin.close()
  origin.closeAllConnections()
})

function proxy({ timeout = '20s', more = '' } = {}): string {
  return `onramp:
  - { id: front, type: rest, linked: true, config: { host: 127.0.0.1, port: 0 } }
offramp:
  - id: up
    type: rest
    linked: true
    config:
      endpoints: ["http://127.0.0.1:${originPort}"]
      timeout: ${timeout}
      cache: {}
route:
  - { id: main, from: front, rules: [{ path: /ok*, to: up }, { path: /held, to: up }] }
${more}`
}

async function begun(text = proxy(), files: Readonly<Record<string, string>> = {}, ...flags: string[]) {
  const it = await several({ 'proxy.yaml': text, ...files }, ...flags)
  running.add(it)
  return it
}

/** Resolves when so many requests are held. */
async function heldAre(count: number): Promise<void> {
  while (held.length < count) await new Promise<void>((resolve) => (heardHeld = resolve))
}

function letGo(): void {
  for (const answer of held.splice(0)) answer.end('late')
}

suite('two workers', () => {
  let it: Several
  before(async () => (it = await begun()))

  test('take connections in turn', async () => {
    const workers: number[] = []
    for (let i = 0; i < 8; i++) workers.push(await workerOf(it.port))
    assert.deepEqual(workers.toSorted(), [1, 1, 1, 1, 2, 2, 2, 2])
    const clients = Array.from({ length: 8 }, keeper)
    const first = await Promise.all(clients.map((agent) => workerOf(it.port, agent)))
    assert.deepEqual(first.toSorted(), [1, 1, 1, 1, 2, 2, 2, 2])
    const again = await Promise.all(clients.map((agent) => workerOf(it.port, agent)))
    assert.deepEqual(again, first, 'a connection stays where it is')
    for (const agent of clients) agent.destroy()
  })

  test('count together what each of them has answered', async () => {
    const counted = async () =>
      sumOf(await it.admin('/metrics'), 'http_server_request_duration_seconds_count', '="200"')
    const before = await counted()
    await Promise.all(Array.from({ length: 40 }, (_, i) => ask(it.port, `/ok${i}`)))
    assert.equal((await counted()) - before, 40)
    const text = await it.admin('/metrics')
    assert.equal(sumOf(text, 'temblor_workers'), 2)
    assert.match(text, /^process_resident_memory_bytes \d+$/m)
    assert.match(text, /^temblor_upstream_up\{.*worker="2"\} 1$/m)
    for (const [, name] of text.matchAll(/^# TYPE (\S+)/gm))
      assert.equal(text.split(`# TYPE ${name} `).length, 2, `${name} is there once`)
  })

  test('are told by one admin: status of both, and a purge that reaches both', async () => {
    const state = async () => (await ask(it.port, '/ok')).headers['cache-status'] as string
    const hits = async () => [await state(), await state()].map((text) => text.includes('hit'))
    await hits()
    assert.deepEqual(await hits(), [true, true])
    const status = JSON.parse(await it.admin('/v1/status'))
    assert.equal(status.state, 'ok')
    assert.deepEqual(
      status.workers.map(({ worker, state, restarts }: Record<string, unknown>) => [worker, state, restarts]),
      [
        [1, 'serving', 0],
        [2, 'serving', 0],
      ],
    )
    assert.deepEqual(
      status.offramps.map(({ worker, state }: Record<string, unknown>) => [worker, state]),
      [
        [1, 'ok'],
        [2, 'ok'],
      ],
    )
    const purged = await it.tell('/v1/cache/purge', { url: '/ok' })
    assert.equal(JSON.parse(purged.body).purged, 2)
    assert.deepEqual(await hits(), [false, false])
    assert.equal((await it.tell('/v1/cache/purge', { all: true, offramp: 'shop' })).status, 400)
  })

  test('take an edit both', async () => {
    writeFileSync(join(it.files.path, 'proxy.yaml'), proxy({ timeout: '19s' }))
    assert.equal((await it.tell('/v1/plan', {})).status, 200)
    const applied = await it.tell('/v1/apply', {})
    assert.deepEqual([applied.status, JSON.parse(applied.body).revision], [200, 2])
    const back = await it.tell('/v1/rollback', {})
    assert.deepEqual([back.status, JSON.parse(back.body).revision], [200, 3])
    writeFileSync(join(it.files.path, 'proxy.yaml'), 'onramp: [{ id: http, typ: rest }]')
    it.running.process.kill('SIGHUP')
    assert.match(JSON.parse(await it.running.says(/the old one stays/)).report, /proxy\.yaml:1:22/)
    assert.equal(it.lines('Configuration is invalid, the old one stays').length, 1)
    assert.equal((await ask(it.port, '/ok')).status, 200)
  })

  test('lose nothing by edits under load, on kept connections and new ones', async () => {
    let going = true
    const statuses: (number | string)[] = []
    const client = async (agent?: ReturnType<typeof keeper>) => {
      for (let i = 0; going; i++)
        statuses.push(
          await ask(it.port, `/ok${i % 7}`, agent === undefined ? {} : { agent }).then(
            ({ status }) => status,
            String,
          ),
        )
    }
    const agents = Array.from({ length: 6 }, keeper)
    const clients = [...agents.map(client), client(), client()]
    for (let seconds = 21; seconds < 27; seconds++) {
      writeFileSync(join(it.files.path, 'proxy.yaml'), proxy({ timeout: `${seconds}s` }))
      assert.equal((await it.tell('/v1/apply', {})).status, 200)
    }
    going = false
    await Promise.all(clients)
    assert.ok(statuses.length > 20, 'there was load')
    assert.deepEqual(new Set(statuses), new Set([200]))
    for (const agent of agents) agent.destroy()
  })

  test('show what leaves a port, whichever of them it passes', async () => {
    const seen = new Promise<string>((resolve, reject) => {
      const { port } = new URL(it.lines('Admin listens')[0]!['url'] as string)
      fetch(`http://127.0.0.1:${port}/v1/tap?port=/offramp/up/main/out`, {
        headers: { authorization: 'Bearer of-the-tests' },
      })
        .then(async ({ body }) => {
          void workerOf(it.port).then(() => Promise.all([ask(it.port, '/ok1'), ask(it.port, '/ok2')]))
          let text = ''
          for await (const piece of body!) {
            text += Buffer.from(piece)
            if (text.split('\n').length > 2) return resolve(text)
          }
        })
        .catch(reject)
    })
    const events = (await seen).trim().split('\n')
    assert.deepEqual(events.map((line) => JSON.parse(line).event_id.split(':')[1]).toSorted(), ['1', '2'])
  })

  test('one that is killed loses its own requests and no others, and is replaced', async () => {
    const before = sumOf(await it.admin('/metrics'), 'http_server_request_duration_seconds_count')
    const clients = Array.from({ length: 8 }, keeper)
    const workers = await Promise.all(clients.map((agent) => workerOf(it.port, agent)))
    const outcomes = clients.map((agent) =>
      ask(it.port, '/held', { agent }).then(
        ({ status }) => status,
        () => 'cut',
      ),
    )
    // Those of one worker for the same URL share one call to the upstream.
    await heldAre(2)
    const [first] = await it.pids()
    process.kill(first!, 'SIGKILL')
    const ended = JSON.parse(await it.running.says(/A worker ended/))
    assert.deepEqual([ended.worker, ended.how], [1, 'signal SIGKILL'])
    assert.equal(await workerOf(it.port), 2, 'the other serves on')
    await it.running.says(/in the place of another/)
    letGo()
    assert.deepEqual(
      await Promise.all(outcomes),
      workers.map((worker) => (worker === 1 ? 'cut' : 200)),
    )
    assert.deepEqual([await workerOf(it.port), await workerOf(it.port)].toSorted(), [1, 2])
    assert.notEqual((await it.pids())[0], first)
    const after = sumOf(await it.admin('/metrics'), 'http_server_request_duration_seconds_count')
    assert.ok(after >= before, 'counters do not go back')
    for (const agent of clients) agent.destroy()
  })

  test('one that hangs is replaced, and whoever was handed to it is answered by another', async () => {
    const [, second] = await it.pids()
    const from = it.running.stderr().length
    process.kill(second!, 'SIGSTOP')
    const answers = Array.from({ length: 6 }, () => ask(it.port, '/ok'))
    assert.equal(JSON.parse(await it.running.says(/does not answer any more/, from)).worker, 2)
    assert.deepEqual(
      (await Promise.all(answers)).map(({ status }) => status),
      [200, 200, 200, 200, 200, 200],
    )
    await it.running.says(/in the place of another/, from)
    assert.deepEqual([await workerOf(it.port), await workerOf(it.port)].toSorted(), [1, 2])
  })

  test('finish what is in flight when they are told to end', async () => {
    const outcomes = Array.from({ length: 4 }, () => ask(it.port, '/held').then(({ status }) => status))
    await heldAre(2)
    it.running.process.kill('SIGTERM')
    await it.running.says(/"msg":"Draining"/)
    letGo()
    assert.deepEqual(await Promise.all(outcomes), [200, 200, 200, 200])
    const [code] = it.running.process.exitCode === null ? await once(it.running.process, 'exit') : [0]
    assert.equal(code, 0)
  })
})

test('the kernel shares the port among them if it is asked to; one that is killed is replaced at the same port', async () => {
  const it = await begun(proxy(), {}, '--sharing', 'kernel')
  const workers = new Set<number>()
  while (workers.size < 2) workers.add(await workerOf(it.port))
  const [first] = await it.pids()
  process.kill(first!, 'SIGKILL')
  await it.running.says(/in the place of another/)
  workers.clear()
  while (workers.size < 2) workers.add(await workerOf(it.port))
  writeFileSync(join(it.files.path, 'proxy.yaml'), proxy({ timeout: '19s' }))
  assert.equal((await it.tell('/v1/apply', {})).status, 200)
  assert.equal((await ask(it.port, '/ok')).status, 200)
  assert.equal(await it.running.stop(), 0)
  await assert.rejects(ask(it.port, '/ok'))
})

test("Node's own HTTP is shared as well", async () => {
  const it = await begun(proxy(), {}, '--transport', 'node')
  assert.deepEqual([await workerOf(it.port), await workerOf(it.port)].toSorted(), [1, 2])
  const agent = keeper()
  const statuses = [await ask(it.port, '/ok', { agent }), await ask(it.port, '/ok', { agent })]
  assert.deepEqual(
    statuses.map(({ status }) => status),
    [200, 200],
  )
  agent.destroy()
  assert.equal(await it.running.stop(), 0)
})

test('a second signal does not wait', async () => {
  const it = await begun()
  const outcome = ask(it.port, '/held').then(
    () => 'answered',
    () => 'cut',
  )
  await heldAre(1)
  const ended = once(it.running.process, 'exit')
  it.running.process.kill('SIGTERM')
  await it.running.says(/"msg":"Draining"/)
  it.running.process.kill('SIGTERM')
  assert.deepEqual([(await ended)[0], await outcome], [1, 'cut'])
  held.splice(0)
})

test('if one of them cannot begin with a configuration, none does', async () => {
  const queue = (
    mark: string,
  ) => `define qos::wal operator keep with dir = "log", max_elements = 10, read_count = 10 end;
define script mark script let $response = {"headers": {"x-mark": "${mark}"}}; event end;
create operator keep;
create script mark;
select event from in into keep;
select event from keep into mark;
select event from mark into out;
`
  const plain = queue('old')
    .replace(/^.*keep.*\n/gm, '')
    .replace('create script mark;', 'create script mark;\nselect event from in into mark;')
  const links = `onramp: [{ id: front, type: rest, linked: true, codec: string, config: { host: 127.0.0.1, port: 0 } }]
binding:
  - id: main
    links:
      "/onramp/front/{instance}/out": ["/pipeline/echo/{instance}/in"]
      "/pipeline/echo/{instance}/out": ["/onramp/front/{instance}/in"]
mapping: { /binding/main/01: { instance: "01" } }
`
  const it = await begun(links, { 'echo.trickle': plain }, 'echo.trickle')
  const marks = async () => {
    const answers = [await ask(it.port, '/'), await ask(it.port, '/')]
    return answers.map(({ headers }) => headers['x-mark'])
  }
  assert.deepEqual(await marks(), ['old', 'old'])

  // Each worker has a folder of its own in the log's; that of the second is taken, by this process.
  const folderOfSecond = join(it.files.path, 'log', 'worker-2')
  mkdirSync(folderOfSecond, { recursive: true })
  writeFileSync(join(folderOfSecond, 'lock'), String(process.pid))
  writeFileSync(join(it.files.path, 'echo.trickle'), queue('new'))
  const refused = await it.tell('/v1/apply', {})
  assert.equal(refused.status, 409)
  const { outcome, revision, report } = JSON.parse(refused.body)
  assert.deepEqual([outcome, revision], ['failed', 1])
  assert.match(report, /^Worker 2: .*Cannot use the folder/)
  assert.deepEqual(await marks(), ['old', 'old'])

  rmSync(join(folderOfSecond, 'lock'))
  it.running.process.kill('SIGHUP')
  await it.running.says(/"msg":"Configuration applied"/)
  assert.deepEqual(await marks(), ['new', 'new'])
  assert.equal(await it.running.stop(), 0)
})

test('an edit is applied by all under --watch', async () => {
  const it = await begun(proxy(), {}, '--watch')
  writeFileSync(join(it.files.path, 'proxy.yaml'), proxy().replace('path: /ok*', 'path: /other*'))
  await it.running.says(/"msg":"Configuration applied"/)
  const statuses = [await ask(it.port, '/other'), await ask(it.port, '/other')].map(({ status }) => status)
  assert.deepEqual(statuses, [200, 200])
  assert.equal(await it.running.stop(), 0)
})

test('when the parent is killed, the workers end by themselves', async () => {
  const it = await begun()
  const closed = once(it.running.process.stderr!, 'close')
  it.running.process.kill('SIGKILL')
  // The workers hold it open as long as they are there.
  await closed
  assert.equal(it.lines('The parent is gone: what is in flight is finished, and this worker ends').length, 2)
  await assert.rejects(ask(it.port, '/ok'))
})

suite('what is wrong at the start is said once', () => {
  const files = folder({ 'bad.yaml': 'onramps: []\n' })
  after(() => files.remove())

  test('an invalid configuration: 78', async () => {
    const it = start(process.execPath, [
      join(root, 'bin/temblor.js'),
      'run',
      join(files.path, 'bad.yaml'),
      '--workers',
      '2',
      '--no-admin',
    ])
    assert.equal((await once(it.process, 'close'))[0], 78)
    assert.equal(it.stderr().match(/bad\.yaml:1:1/g)?.length, 1)
  })

  test('a port that is taken: 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    writeFileSync(join(files.path, 'taken.yaml'), proxy().replace('port: 0', `port: ${port}`))
    const line = [
      join(root, 'bin/temblor.js'),
      'run',
      join(files.path, 'taken.yaml'),
      '--workers',
      '2',
      '--no-admin',
    ]
    const it = start(process.execPath, line)
    assert.equal((await once(it.process, 'close'))[0], 1)
    taken.close()
    assert.equal(it.stderr().match(/listens at 127\.0\.0\.1:\d+ already/g)?.length, 1)
  })

  test('a number of workers that is none: 64', async () => {
    const it = start(process.execPath, [join(root, 'bin/temblor.js'), 'run', '--workers', '0', 'x.yaml'])
    assert.equal((await once(it.process, 'close'))[0], 64)
    assert.match(it.stderr(), /"0" is no number of workers: 1 to 256 or "auto" would be/)
  })
})

function sumOf(text: string, name: string, label = ''): number {
  return text
    .split('\n')
    .filter((line) => line.startsWith(name) && /[{ ]/.test(line[name.length]!) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}
