/** The table of the sidecar's page as its own files make it: the enricher in front in every row, and users who come as its script has them come. */
import { sidecar, sidecarFile } from '../configurations.ts'
import { thinkingUsers } from '../load/users.ts'
import { bare } from '../peers/bare.ts'
import { enriched } from '../peers/enriched.ts'
import { sidecarOriginal } from '../peers/originals.ts'
import { temblor } from '../peers/temblor.ts'
import { same, small } from '../upstream.ts'
import type { Peer, Workload } from '../workload.ts'

const ours: Peer = {
  name: 'temblor',
  available: () => true,
  command: (place) => temblor(sidecar, place, { name: `temblor-${place.port}` }),
}

export default {
  name: 'gateway-page',
  order: 23,
  asked: true,
  what: "200 users with a second of thought, by the script of the sidecar's page, an enricher in front",
  temblor: {},
  peers: [bare, sidecarOriginal(sidecarFile), ours].map(enriched),
  against: 'bare',
  asks: [same('/anything', small, { headers: { environment: 'dev' } })],
  load: thinkingUsers({
    request: 'GET /anything HTTP/1.1\r\nHost: a.example\r\nenvironment: dev\r\n\r\n',
    arrival: 'ramp',
    leastSeconds: 5,
    mostRounds: 9,
  }),
} satisfies Workload
