/** The sidecar's page has a table: 200 users with a second of thought, bare and through it. */
import { sidecar, sidecarFile } from '../configurations.ts'
import { thinkingUsers } from '../load/users.ts'
import { bare } from '../peers/bare.ts'
import { sidecarOriginal } from '../peers/originals.ts'
import { same, small } from '../upstream.ts'
import type { Workload } from '../workload.ts'

export default {
  name: 'gateway-sidecar',
  order: 20,
  asked: true,
  what: '200 users with a second of thought, in step, through the header dispatcher',
  temblor: { temblor: sidecar },
  peers: [bare, sidecarOriginal(sidecarFile)],
  against: 'bare',
  asks: [same('/anything', small, { headers: { environment: 'dev' } })],
  load: thinkingUsers({
    request: 'GET /anything HTTP/1.1\r\nHost: a.example\r\nenvironment: dev\r\n\r\n',
    arrival: 'together',
    leastSeconds: 5,
    mostRounds: 9,
  }),
} satisfies Workload
