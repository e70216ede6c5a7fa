/** The same users through the caching balancer; the answer states no lifetime, so that each is fetched. */
import { goReverseProxy, goReverseProxyFile } from '../configurations.ts'
import { thinkingUsers } from '../load/users.ts'
import { bare } from '../peers/bare.ts'
import { goReverseProxyOriginal } from '../peers/originals.ts'
import { same, small } from '../upstream.ts'
import type { Workload } from '../workload.ts'

export default {
  name: 'gateway-balancer',
  order: 22,
  asked: true,
  what: '200 users with a second of thought, in step, through the caching balancer',
  temblor: { temblor: goReverseProxy },
  peers: [bare, goReverseProxyOriginal(goReverseProxyFile)],
  against: 'bare',
  asks: [same('/proxy/anything', small, { headers: { host: 'a.example' } })],
  load: thinkingUsers({
    request: 'GET /proxy/anything HTTP/1.1\r\nHost: a.example\r\n\r\n',
    arrival: 'together',
    leastSeconds: 5,
    mostRounds: 9,
  }),
} satisfies Workload
