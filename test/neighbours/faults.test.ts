/**
 * Nothing stops serving: the promise sheet's numbers, kept by a real process under real load. Each test prints what it measured; what it
 * asserts is loose enough for a busy machine. Run by `.ci/run`, minutes.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { promisify } from 'node:util'
import { counts, type Load, load, pause, percentile } from '../faults/load.ts'
import { freePort, rssOf, startProxy } from '../faults/proxy.ts'
import { dial } from '../http/rig.ts'
import { answer, request } from '../rest/message.ts'
import { upstream } from '../rest/stand.ts'
import { converse } from '../rest/table.ts'
import { type Running, start } from '../support/process.ts'

const run = promisify(execFile)

test('F12: 100 reloads, 20 of them invalid, under wrk: no failed request, no reset', async () => {
  const [source, port] = await nginx('return 200 "ok";')
  const shape = (n: number) => ({
    request: `let $request.headers["x-generation"] = "${n}"; event`,
    response: `let $response.headers["x-generation"] = "${n}"; event`,
  })
  const proxy = await startProxy(shape(0), { upstream: port })
  const before = proxy.rss()
  const wrk = run('wrk', ['-t1', '-c20', '-d30s', `http://127.0.0.1:${proxy.port}/`])
  const fresh = load(proxy.port, { connections: 2, request: request('GET /'), pauseMs: 20, fresh: true })
  let refused = 0
  for (let n = 1; n <= 100; n++) {
    const line = await proxy.reload(n % 5 === 0 ? { request: 'let let' } : shape(n))
    if (/invalid|refused|kept/i.test(line)) refused++
    await pause(100)
  }
  const { stdout } = await wrk
  await fresh.stop()
  const after = proxy.rss()
  assert.equal(await proxy.stop(), 0)
  await source.stop()
  const requests = Number(/(\d+) requests in/.exec(stdout)![1])
  console.log(
    `100 reloads (${refused} refused): ${requests} requests by wrk, new connections ${counts(fresh)}, failed ${fresh.failed}; RSS ${before.toFixed(0)} -> ${after.toFixed(0)} MiB`,
  )
  assert.doesNotMatch(stdout, /Socket errors|Non-2xx/, stdout)
  assert.equal(refused, 20)
  assert.equal(fresh.failed, 0)
  assert.deepEqual([...fresh.statuses.keys()], [200])
})

test('F7: three times what the upstream can do, for 30 s: served in time or shed at once, beside nginx with limit_conn and limit_req', async () => {
  const delayMs = 20
  const atOnce = 8
  const slow = await slowUpstream(delayMs)
  // What it does for clients that never ask for more than it can.
  const alone = await during(5000, load(slow.port, { connections: atOnce, request: request('GET /') }))
  const capacity = (alone.statuses.get(200) ?? 0) / 5
  const proxy = await startProxy(
    { offramp: { config: { concurrency: atOnce, queue: { size: atOnce, wait: '200ms' } } } },
    { upstream: slow.port },
  )
  const pass = `proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection "";`
  const up = `upstream up { server 127.0.0.1:${slow.port}; keepalive 64; }`
  const [byConnections, connectionsPort] = await nginx(
    `limit_conn all ${atOnce}; ${pass}`,
    `limit_conn_zone $server_port zone=all:1m; ${up}`,
  )
  const [byRate, ratePort] = await nginx(
    `limit_req zone=all burst=${atOnce}; ${pass}`,
    `limit_req_zone $server_port zone=all:1m rate=${Math.round(capacity)}r/s; ${up}`,
  )
  const clients = { connections: 120, pauseMs: 80, request: request('GET /') }
  // What a heap grows to under any load is not what a queue without a bound would take.
  await during(5000, load(proxy.port, clients))
  const before = proxy.rss()
  const shown = (name: string, of: Load, seconds: number) => {
    const p99 = (status: number) => percentile(of.times.get(status) ?? [], 0.99).toFixed(0)
    const each = (status: number) => ((of.statuses.get(status) ?? 0) / seconds).toFixed(0)
    return `  ${name}: served ${each(200)}/s with p99 ${p99(200)} ms, shed ${each(503)}/s with p99 ${p99(503)} ms, failed ${of.failed}`
  }
  const ours = await during(30_000, load(proxy.port, clients))
  const after = proxy.rss()
  const lines = [
    `an upstream that does ${capacity.toFixed(0)}/s, asked by 120 clients who wait 80 ms:`,
    shown('Temblor (concurrency 8, queue 8)', ours, 30),
    shown('nginx, limit_conn 8', await during(15_000, load(connectionsPort, clients)), 15),
    shown(
      `nginx, limit_req ${Math.round(capacity)}/s, burst 8`,
      await during(15_000, load(ratePort, clients)),
      15,
    ),
    `  RSS of Temblor ${before.toFixed(0)} -> ${after.toFixed(0)} MiB`,
  ]
  console.log(lines.join('\n'))
  await proxy.stop()
  await byConnections.stop()
  await byRate.stop()
  slow.close()
  const served = (ours.statuses.get(200) ?? 0) / 30
  assert.equal(ours.failed, 0)
  assert.deepEqual([...ours.statuses.keys()].sort(), [200, 503])
  assert.ok(served > capacity * 0.75, `goodput collapsed: ${served} of ${capacity}`)
  assert.ok(percentile(ours.times.get(200) ?? [], 0.99) < 500, 'who is served waits for ever')
  assert.ok(after - before < 80, 'queues have no bound')
})

test('F9: file descriptors used up: who is connected is served on, the rest told to go; soon after it is as before', async () => {
  const source = await upstream(answer('200', 'ok'))
  const proxy = await startProxy({}, { upstream: source.port, limits: 'ulimit -n 100' })
  const before = await converse(proxy.port, request('GET /'))
  const kept = load(proxy.port, { connections: 3, pauseMs: 5, request: request('GET /') })
  await pause(200)
  const idle: Socket[] = []
  const crowd = async (count: number) => {
    while (idle.length < count) idle.push(connect(proxy.port, '127.0.0.1').on('error', () => {}))
    await pause(500)
    return converse(proxy.port, request('GET /')).then(
      ({ start }) => start,
      () => 'cut',
    )
  }
  const told = await crowd(45)
  const flooded = await crowd(300)
  for (const socket of idle) socket.destroy()
  await pause(1000)
  const after = await converse(proxy.port, request('GET /'))
  await kept.stop()
  console.log(
    `100 descriptors, 300 idle connections: kept ${counts(kept)}, failed ${kept.failed}; a new one is told "${told}" behind 45, "${flooded}" behind 300; afterwards ${after.start}`,
  )
  assert.equal(await proxy.stop(), 0)
  source.close()
  assert.match(before.start, / 200 /)
  assert.match(after.start, / 200 /)
  assert.equal(kept.failed, 0)
  assert.match(told, / 503 /)
})

describe('P12: clients that are slow on purpose, 200 at a time, are gone by their limit; others are served', () => {
  const kinds: Readonly<Record<string, (socket: Socket) => () => void>> = {
    'drip a head': (socket) => {
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n')
      return () => void socket.write('X-A: b\r\n')
    },
    'drip a body that a script reads': (socket) => {
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n')
      return () => {}
    },
    'say nothing': () => () => {},
    'take nothing of a long answer': (socket) => {
      socket.pause()
      socket.write('GET /long HTTP/1.1\r\nHost: a\r\n\r\n')
      return () => {}
    },
  }
  for (const [kind, begin] of Object.entries(kinds))
    test(`that ${kind}`, async () => {
      // Nobody takes nothing before the buffers on the way are full: from the last octet that moved.
      let moved = 0
      const long = 64 << 20
      const source = await upstream(({ start }, socket) => {
        if (!start.includes('/long')) return answer('200', 'ok')
        socket.write(`HTTP/1.1 200 Fine\r\nContent-Length: ${long}\r\n\r\n`)
        socket.on('drain', () => {
          moved = performance.now()
        })
        pump(socket, long, Buffer.alloc(1 << 16))
        return undefined
      })
      const limits = { head_timeout: '2s', body_timeout: '2s', keep_alive: '2s', write_timeout: '2s' }
      const proxy = await startProxy(
        {
          request: `let $endpoint = {"path": $request.url.path}; ${kind.includes('body') ? 'let $seen = event; ' : ''}event`,
          onramp: { codec: 'string', config: limits },
          offramp: { config: { concurrency: 1000 } },
        },
        { upstream: source.port },
      )
      const before = proxy.rss()
      const good = load(proxy.port, { connections: 5, pauseMs: 20, request: request('GET /') })
      const attackers = Array.from({ length: 200 }, () =>
        connect(proxy.port, '127.0.0.1').on('error', () => {}),
      )
      await Promise.all(attackers.map((socket) => once(socket, 'connect')))
      const pid = proxy.running.process.pid!
      for (let tries = 0; socketsOf(pid) < 200 && tries < 100; tries++) await pause(20)
      assert.ok(socketsOf(pid) >= 200, 'not all were accepted')
      const since = performance.now()
      const drips = attackers.map(begin)
      const timer = setInterval(() => {
        for (const drip of drips) drip()
      }, 500)
      while (socketsOf(pid) > 40 && performance.now() - since < 20_000) await pause(50)
      const goneMs = performance.now() - Math.max(since, moved)
      clearInterval(timer)
      const most = proxy.rss()
      for (const socket of attackers) socket.destroy()
      await good.stop()
      const times = good.times.get(200) ?? []
      console.log(
        `200 clients that ${kind}: gone after ${Math.round(goneMs)} ms; good ${counts(good)}, failed ${good.failed}, p99 ${percentile(times, 0.99).toFixed(0)} ms; RSS ${before.toFixed(0)} -> ${most.toFixed(0)} MiB`,
      )
      assert.equal(await proxy.stop(), 0)
      source.close()
      assert.equal(good.failed, 0)
      assert.deepEqual([...good.statuses.keys()], [200])
      assert.ok(goneMs < 3500, `gone by the limit of 2 s and 1.5 s: ${goneMs} ms`)
    })
})

test('10,000 connections that are idle cost a few kB each, beside a bare server of node:net', async () => {
  const count = 10_000
  const source = await upstream(answer('200', 'ok'))
  const proxy = await startProxy({}, { upstream: source.port })
  const ours = await crowd(proxy.port, proxy.rss, count)
  const got = await converse(proxy.port, request('GET /'))
  for (const socket of ours.sockets) socket.destroy()
  assert.equal(await proxy.stop(), 0)
  source.close()
  const [bare, barePort] = await bareServer()
  const theirs = await crowd(barePort, () => rssOf(bare.process.pid!), count)
  for (const socket of theirs.sockets) socket.destroy()
  await bare.stop()
  console.log(
    `${count} idle connections: ours ${ours.eachKb.toFixed(1)} kB each, a bare node:net server ${theirs.eachKb.toFixed(1)} kB; still open ${ours.open}`,
  )
  assert.match(got.start, / 200 /)
  assert.equal(ours.open, count)
  assert.ok(ours.eachKb < 12, `${ours.eachKb} kB each`)
})

/** Connects so many, each of which asks once: that is what an idle connection looks like. */
async function crowd(port: number, rss: () => number, count: number) {
  for (let i = 0; i < 200; i++) await converse(port, request('GET /'))
  const before = rss()
  const sockets: Socket[] = []
  while (sockets.length < count) {
    const some = Array.from({ length: 500 }, () => connect(port, '127.0.0.1'))
    await Promise.all(some.map((socket) => once(socket, 'connect')))
    await Promise.all(
      some.map((socket) => {
        socket.write(request('GET /'))
        return once(socket, 'data')
      }),
    )
    sockets.push(...some)
  }
  await pause(500)
  const open = sockets.filter((socket) => socket.readyState === 'open').length
  return { sockets, open, eachKb: ((rss() - before) * 1024) / count }
}

/** The least a Node process can do: it answers whatever it reads. */
async function bareServer(): Promise<[Running, number]> {
  const text = JSON.stringify(answer('200', 'ok'))
  const script = `const server = require('node:net').createServer((socket) => socket.on('data', () => socket.write(${text})).on('error', () => {}))
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => console.error('port ' + server.address().port))`
  const running = start(process.execPath, ['-e', script])
  return [running, Number(/\d+/.exec(await running.says(/port/))![0])]
}

describe('F25: 1 GiB through a script that does not read it', () => {
  const size = 1 << 30
  const piece = Buffer.alloc(1 << 16, 'x')

  test('down', async () => {
    const source = createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
        pump(socket, size, piece)
      })
    })
    const [proxy, watch] = await through(source)
    const client = connect(proxy.port, '127.0.0.1')
    client.write(request('GET /'))
    let got = 0
    for await (const chunk of client) {
      got += (chunk as Buffer).length
      if (got > size) break
    }
    await report('down', watch, got)
    client.destroy()
    assert.equal(await proxy.stop(), 0)
    source.close()
    assert.ok(got > size)
  })

  test('up', async () => {
    let got = 0
    const source = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (chunk: Buffer) => {
        got += chunk.length
        if (got >= size) socket.write(answer('200', 'ok'))
      })
    })
    const [proxy, watch] = await through(source)
    const client = connect(proxy.port, '127.0.0.1')
    client.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`)
    pump(client, size, piece)
    const [head] = (await once(client, 'data')) as [Buffer]
    await report('up', watch, got)
    client.destroy()
    assert.equal(await proxy.stop(), 0)
    source.close()
    assert.match(head.toString(), /^HTTP\/1\.1 200 /)
  })

  async function through(source: ReturnType<typeof createServer>) {
    await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve))
    const proxy = await startProxy(
      {
        request: 'let $request.headers["x-one"] = "1"; event',
        response: 'let $response.headers["x-one"] = "1"; event',
      },
      { upstream: (source.address() as { port: number }).port },
    )
    const before = proxy.rss()
    let most = before
    const timer = setInterval(() => {
      most = Math.max(most, proxy.rss())
    }, 50)
    return [proxy, { stop: () => (clearInterval(timer), most - before) }] as const
  }

  async function report(way: string, watch: { stop(): number }, got: number): Promise<void> {
    const more = watch.stop()
    console.log(`1 GiB ${way}: ${got} octets, ${more.toFixed(1)} MiB more memory at most`)
    assert.ok(more < 20, `${more} MiB`)
  }
})

test('F10: SIGTERM under load, three times: no reset, nothing truncated, exit code 0', async () => {
  for (let round = 1; round <= 3; round++) {
    const slow = await slowUpstream(10)
    const proxy = await startProxy({}, { upstream: slow.port })
    const clients = load(proxy.port, { connections: 50, request: request('GET /') })
    await pause(1000)
    const since = performance.now()
    const code = await proxy.stop()
    const tookMs = performance.now() - since
    // Once the port is closed nobody can connect; what matters is what was connected.
    const { resets } = clients
    await clients.stop()
    slow.close()
    console.log(
      `SIGTERM ${round}: ${counts(clients)}, resets ${resets}, exit ${code} after ${Math.round(tookMs)} ms`,
    )
    assert.equal(resets, 0)
    assert.equal(code, 0)
    assert.ok(tookMs < 10_000)
  }
})

test('F11: SIGTERM with streams that never end: cut at the grace time, and it says so', async () => {
  const source = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n'))
  })
  await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve))
  const { port } = source.address() as { port: number }
  const proxy = await startProxy({}, { upstream: port, args: ['--grace', '2s'] })
  const clients = await Promise.all(
    [1, 2, 3, 4, 5].map(async () => {
      const client = await dial(proxy.port)
      client.write(request('GET /'))
      await client.until((one) => one.received.includes('\r\n1\r\nx'))
      return client
    }),
  )
  const since = performance.now()
  const code = await proxy.stop()
  const tookMs = performance.now() - since
  const [line = ''] = /^.*are cut.*$/m.exec(proxy.running.stderr()) ?? []
  console.log(`SIGTERM with 5 stuck streams: exit ${code} after ${Math.round(tookMs)} ms; ${line}`)
  source.close()
  for (const client of clients) client.socket.destroy()
  assert.equal(code, 0)
  assert.ok(tookMs > 1500 && tookMs < 2500, `${tookMs} ms`)
  assert.equal(JSON.parse(line).cut, 5)
  assert.ok(
    clients.every(({ received }) => !received.includes('\r\n0\r\n\r\n')),
    'an end was made up',
  )
})

test('F21: whoever reads its standard streams goes away: it serves on', async () => {
  const source = await upstream(answer('200', 'ok'))
  const proxy = await startProxy(
    { onramp: { config: { access_log: 'on' } } },
    { upstream: source.port, args: ['--log-level', 'debug'] },
  )
  proxy.running.process.stderr!.destroy()
  proxy.running.process.stdout!.destroy()
  const clients = await during(2000, load(proxy.port, { connections: 5, request: request('GET /') }))
  console.log(`stderr closed: ${counts(clients)}, failed ${clients.failed}`)
  assert.equal(await proxy.stop(), 0)
  source.close()
  assert.equal(clients.failed, 0)
  assert.deepEqual([...clients.statuses.keys()], [200])
})

test('F21: a reader of its standard streams that stalls costs lines, not requests', async () => {
  const source = await upstream(answer('200', 'ok'))
  const proxy = await startProxy(
    { onramp: { config: { access_log: 'on' } } },
    { upstream: source.port, args: ['--log-level', 'debug'] },
  )
  proxy.running.process.stderr!.pause()
  const before = proxy.rss()
  const clients = await during(4000, load(proxy.port, { connections: 10, request: request('GET /') }))
  console.log(
    `stderr stalled: ${counts(clients)}, failed ${clients.failed}; RSS ${before.toFixed(0)} -> ${proxy.rss().toFixed(0)} MiB`,
  )
  proxy.running.process.stderr!.resume()
  assert.equal(await proxy.stop(), 0)
  source.close()
  assert.equal(clients.failed, 0)
  assert.deepEqual([...clients.statuses.keys()], [200])
})

test('F15: an exception that nobody expected is logged, and the process serves on', async () => {
  const source = await upstream(answer('200', 'ok'))
  const throws = 'data:text/javascript,setInterval(()=>{throw(new(TypeError)(\\"planted\\"))},3000)'
  const proxy = await startProxy(
    {},
    { upstream: source.port, limits: `export NODE_OPTIONS="--import=${throws}"`, args: ['--grace', '5s'] },
  )
  const clients = load(proxy.port, { connections: 5, pauseMs: 5, request: request('GET /') })
  await proxy.running.says(/planted/)
  await pause(300)
  await clients.stop()
  const after = await converse(proxy.port, request('GET /'))
  console.log(`uncaught exception: ${counts(clients)}, failed ${clients.failed}; afterwards ${after.start}`)
  assert.equal(await proxy.stop(), 0)
  source.close()
  assert.match(after.start, / 200 /)
  assert.equal(clients.failed, 0)
})

test('D8: a script in an endless loop is stopped and answered 500; the others are served on', async () => {
  const source = await upstream(answer('200', 'ok'))
  const proxy = await startProxy(
    {
      request: `use std::range; use std::array;
        match $request.headers of
          case %{ present \`x-loop\` } =>
            for range::range(0, 3000) of case (i, e) =>
              array::len(for range::range(0, 3000) of case (j, f) => i * j end)
            end
          default => event
        end`,
    },
    { upstream: source.port },
  )
  const others = load(proxy.port, { connections: 5, pauseMs: 10, request: request('GET /') })
  const since = performance.now()
  const looping: string[] = []
  for (let i = 0; i < 10; i++) looping.push((await converse(proxy.port, request('GET / | X-Loop: 1'))).start)
  const eachMs = (performance.now() - since) / 10
  await others.stop()
  const times = others.times.get(200) ?? []
  console.log(
    `endless loop: ${looping[0]} after ${eachMs.toFixed(0)} ms each; others ${counts(others)}, p99 ${percentile(times, 0.99).toFixed(0)} ms`,
  )
  assert.equal(await proxy.stop(), 0)
  source.close()
  assert.ok(looping.every((start) => / 500 /.test(start)))
  assert.ok(eachMs < 1000)
  assert.equal(others.failed, 0)
  assert.deepEqual([...others.statuses.keys()], [200])
})

// ---- around it ------------------------------------------------------------------------------------------------

async function during(ms: number, of: Load): Promise<Load> {
  await pause(ms)
  await of.stop()
  return of
}

/** Answers each request after a while, any number at a time. */
async function slowUpstream(delayMs: number) {
  return upstream((_, socket) => {
    setTimeout(() => void (socket.destroyed || socket.write(answer('200', 'ok'))), delayMs)
    return undefined
  })
}

async function nginx(location: string, http = ''): Promise<[Running, number]> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'))
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr crit;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 10000000; ${http}
server { listen 127.0.0.1:${port}; location / { ${location} } } }`,
  )
  const running = start('nginx', ['-c', join(folder, 'nginx.conf'), '-p', folder])
  for (let tries = 0; tries < 200; tries++) {
    const reached = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('connect', () => (socket.destroy(), resolve(true))).on('error', () => resolve(false))
    })
    if (reached) return [running, port]
    await pause(20)
  }
  throw new Error(`nginx does not listen: ${running.stderr()}`)
}

/** Sockets a process has open: those of its clients, its upstream and its own few. */
function socketsOf(pid: number): number {
  const folder = `/proc/${pid}/fd`
  let count = 0
  for (const name of readdirSync(folder)) {
    try {
      if (readlinkSync(join(folder, name)).startsWith('socket:')) count++
    } catch {
      // Closed while we looked.
    }
  }
  return count
}

function pump(socket: Socket, size: number, piece: Buffer): void {
  let left = size
  const more = () => {
    while (left > 0 && !socket.destroyed) {
      const next = left < piece.length ? piece.subarray(0, left) : piece
      left -= next.length
      if (!socket.write(next)) return
    }
  }
  socket.on('drain', more)
  more()
}
