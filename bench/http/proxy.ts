/** A proxy of the bare transport, without an engine: `proxy.ts PORT [own|node]` passes everything to the upstream at PORT. Prints its port. */
import { setFlagsFromString } from 'node:v8'
import { wheelClock } from '#engine/clock-wheel.ts'
import { plainRefusal } from '#engine/http/faults.ts'
import { CLIENT_DEFAULTS, defaultServerLimits } from '#engine/http/limits.ts'
import { loadTransport, type TransportName } from '#engine/http/transports.ts'

// V8 notices that what a request is made of outlives a scavenge now and then, and moves all of it to the old space for good.
setFlagsFromString('--no-allocation-site-pretenuring')

const upstream = Number(process.argv[2])
const transport = await loadTransport((process.argv[3] ?? 'own') as TransportName)
const clock = wheelClock()
const client = transport.client({
  clock,
  connectTo: [],
  idleMs: CLIENT_DEFAULTS.idleMs,
  maxIdlePerOrigin: CLIENT_DEFAULTS.maxIdlePerOrigin,
})
const listener = await transport.listen(
  { host: '127.0.0.1', port: 0, limits: defaultServerLimits(), clock },
  {
    refuse: plainRefusal,
    request(exchange) {
      const call = client.request(
        {
          scheme: 'http',
          host: '127.0.0.1',
          port: upstream,
          method: exchange.method,
          path: exchange.target,
          headers: exchange.headers,
          body: exchange.body,
          connectMs: CLIENT_DEFAULTS.connectMs,
          firstByteMs: CLIENT_DEFAULTS.firstByteMs,
          bodyIdleMs: CLIENT_DEFAULTS.bodyIdleMs,
        },
        {
          head: (status, headers, body) => exchange.respond(status, headers, body),
          fail: (fault) => exchange.respond(502, [], fault.message),
        },
      )
      exchange.holder = {
        exchangeOver: (fault) => {
          if (fault !== null) call.abort()
        },
      }
    },
  },
)
console.log(listener.port)
