import { dial, statuses, turnOfTheLoop } from '/work/main/test/http/rig.ts'
import { transports } from '/work/main/test/support/transports.ts'
import { answer, request } from '/work/main/test/rest/message.ts'
import { stand, upstream } from '/work/main/test/rest/stand.ts'
import { handClock } from '#engine/tools/hand-clock.ts'
const clock = handClock()
const source = await upstream(() => undefined)
const proxy = await stand({ onramp: { config: { access_log: 'on' } }, offramp: { config: { concurrency: 1 } } }, { transport: transports.own, upstream: source.port, clock })
const client = await dial(proxy.port)
client.write(request('POST /', 'x'))
for (let i=0;i<200;i++) await turnOfTheLoop()
console.log('sockets', source.sockets.length, source.requests.length)
const up = source.sockets[0]!
client.socket.destroy()
for (let i=0;i<500;i++) await turnOfTheLoop()
console.log('up', up.readableEnded, up.destroyed, proxy.engine.status().inFlight)
console.log(proxy.log)
const next = await dial(proxy.port)
next.write(request('GET /'))
for (let i=0;i<500;i++) await turnOfTheLoop()
console.log(source.requests.length)
process.exit()
