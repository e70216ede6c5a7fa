/**
 * F4 from within: a network of its own, whose only name server is here and stops answering when told. Started by `faults-dns.test.ts`;
 * prints one JSON object.
 */
import { createSocket } from 'node:dgram'
import { pause } from '../faults/load.ts'
import { startProxy } from '../faults/proxy.ts'
import { answer, field, request, statusOf } from '../rest/message.ts'
import { upstream } from '../rest/stand.ts'
import { converse } from '../rest/table.ts'

let dead = false
let asked = 0

const names = createSocket('udp4')
names.on('message', (query, from) => {
  asked++
  if (!dead) names.send(reply(query), from.port, from.address)
})
await new Promise<void>((resolve) => names.bind(53, '127.0.0.1', resolve))

/** 127.0.0.1 for every `known.*`, no such name for others; nothing of IPv6. */
function reply(query: Buffer): Buffer {
  const known = query[12] === 5 && query.toString('latin1', 13, 18) === 'known'
  const questionTo = query.indexOf(0, 12) + 5
  const isA = query.readUInt16BE(questionTo - 4) === 1
  const head = Buffer.from(query.subarray(0, 12))
  head.writeUInt16BE(known ? 0x8180 : 0x8183, 2)
  head.writeUInt16BE(known && isA ? 1 : 0, 6)
  head.writeUInt32BE(0, 8)
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1])
  return Buffer.concat([head, query.subarray(12, questionTo), known && isA ? record : Buffer.alloc(0)])
}

const source = await upstream(answer('200', 'ok'))
const proxy = await startProxy(
  {
    request:
      'match $request.headers of case %{ present `x-to` } => let $endpoint = {"host": $request.headers["x-to"][0]} default => null end; event',
    offramp: { config: { endpoint: `http://known.test:${source.port}/`, keep_alive: '1ms', max_idle: 0 } },
  },
  { upstream: source.port },
)

async function ask(to?: string): Promise<{ status: number; reason: string; ms: number }> {
  const since = performance.now()
  const got = await converse(proxy.port, request(`GET /${to === undefined ? '' : ` | X-To: ${to}`}`))
  const reason = field(got.fields, 'temblor-reason') ?? ''
  return { status: statusOf(got), reason, ms: Math.round(performance.now() - since) }
}

const first = await ask()
const unknown = await ask('unknown.test')
dead = true
const silent = await ask('known.silent.test')
const known: number[] = []
let slowest = 0
// Longer than an answer counts as fresh: each of these may set off another lookup that leads nowhere.
for (const until = performance.now() + 12_500; performance.now() < until; await pause(100)) {
  const got = await ask()
  known.push(got.status)
  slowest = Math.max(slowest, got.ms)
}
const askedDead = asked
dead = false
const again = await ask('known.silent.test')
console.log(
  JSON.stringify({
    first,
    unknown,
    silent,
    again,
    slowest,
    asked: known.length,
    failed: known.filter((status) => status !== 200).length,
    lookups: askedDead,
  }),
)
await proxy.stop()
source.close()
names.close()
