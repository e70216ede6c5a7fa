/**
 * An upstream that dies at each point of an exchange, for each kind of request: the client gets one whole answer, or one
 * that is visibly cut; a request that is not idempotent reaches the upstream once; nothing is left behind.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Transport } from '#engine/http/transport.ts'
import {
  type Behaviour,
  dial,
  isCut,
  type Rig,
  rig,
  statuses,
  turnOfTheLoop,
  type UpstreamSide,
  upstream,
} from './rig.ts'
import { allTransports } from './vectors.ts'

const reset = (side: UpstreamSide) => void side.socket.resetAndDestroy()
const end = (side: UpstreamSide) => void side.socket.end()
const headSeen = (side: UpstreamSide) => side.received.includes('\r\n\r\n')

/** Answers with some bytes once the head is in, then dies. */
function saysThen(bytes: string, die: (side: UpstreamSide) => void): Behaviour {
  const answered = new WeakSet<UpstreamSide>()
  return (side) => {
    if (!headSeen(side) || answered.has(side)) return
    answered.add(side)
    side.socket.write(bytes, () => setImmediate(() => die(side)))
  }
}

const SIZED = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n'
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

/** What the client may see: a status in place of the answer, or the upstream's answer, cut. */
const deaths: readonly [name: string, behave: Behaviour, seen: 502 | 200 | 'cut'][] = [
  ['resets at the first octet', reset, 502],
  ['closes at the first octet', end, 502],
  ['resets behind the head', (side) => headSeen(side) && reset(side), 502],
  ['closes behind the head', (side) => headSeen(side) && end(side), 502],
  ['resets in the middle of the status line', saysThen('HTTP/1.1 20', reset), 502],
  ['closes in the middle of the status line', saysThen('HTTP/1.1 20', end), 502],
  ['closes in the middle of the head', saysThen('HTTP/1.1 200 OK\r\nContent-', end), 502],
  ['resets behind the head of the answer', saysThen(SIZED, reset), 'cut'],
  ['closes behind the head of the answer', saysThen(SIZED, end), 'cut'],
  ['closes in the middle of a sized body', saysThen(`${SIZED}hello`, end), 'cut'],
  ['closes in the middle of a chunk', saysThen(`${CHUNKED}a\r\nhello`, end), 'cut'],
  ['closes before the last chunk', saysThen(`${CHUNKED}5\r\nhello\r\n`, end), 'cut'],
  ['closes behind a whole answer', saysThen(`${CHUNKED}5\r\nhello\r\n0\r\n\r\n`, end), 200],
]

const KIB = 'x'.repeat(1024)
const requests: readonly [name: string, bytes: string][] = [
  ['GET', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['PUT of nothing', 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n'],
  ['POST of 1 KiB', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1024\r\n\r\n${KIB}`],
  ['POST of 1 MiB', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1048576\r\n\r\n${KIB.repeat(1024)}`],
  [
    'POST in chunks',
    `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n${KIB}\r\n0\r\n\r\n`,
  ],
]

for (const transport of allTransports)
  describe(`over ${transport.name}`, () => {
    for (const [death, behave, seen] of deaths)
      for (const [name, bytes] of requests)
        it(`${name}: the upstream ${death}`, () => survive(transport, { behave, seen, bytes }))
  })

interface Death {
  readonly behave: Behaviour
  readonly seen: 502 | 200 | 'cut'
  readonly bytes: string
}

async function survive(transport: Transport, death: Death): Promise<void> {
  const source = await upstream(death.behave)
  const proxy = await rig(transport, { upstream: source.port })
  const client = await dial(proxy.listener.port)
  try {
    client.write(death.bytes)
    await client.until(
      (one) => one.closed || /(?:reset|bad_response|aborted|\r\n0\r\n\r\n)$/.test(one.received),
    )
    // A reset may overtake the head that came before it: then no answer had begun.
    const allowed = death.seen === 502 ? [502] : [200, 502]
    const status = statuses(client.received)
    assert.ok(status.length === 1 && allowed.includes(status[0]!), JSON.stringify(client.received))
    if (death.seen === 'cut' && status[0] === 200) assert.ok(isCut(client.received), 'looks whole')
    assert.equal(source.sides.length, 1, 'the request went to the upstream again')
    client.socket.destroy()
    await nothingLeft(proxy)
    assert.equal(proxy.done.length, 1)
    assert.deepEqual(proxy.troubles, [])
  } finally {
    client.socket.destroy()
    proxy.close()
    source.close()
  }
}

async function nothingLeft(proxy: Rig): Promise<void> {
  const left = () => proxy.listener.connections + proxy.client.openConnections
  for (let i = 0; i < 100 && left() > 0; i++) await turnOfTheLoop()
  assert.deepEqual([proxy.listener.connections, proxy.client.openConnections], [0, 0])
}
