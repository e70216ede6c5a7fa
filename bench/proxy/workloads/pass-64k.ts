/** Bodies that do not fit a buffer: streams and backpressure. */
import { wrk } from '../load/wrk.ts'
import { caddy } from '../peers/caddy.ts'
import { haproxyPass } from '../peers/haproxy.ts'
import { nginxPass } from '../peers/nginx.ts'
import { pass } from '../peers/temblor-yaml.ts'
import { kib64, same } from '../upstream.ts'
import type { Workload } from '../workload.ts'

export default {
  name: 'pass-64k',
  order: 3,
  what: 'GET of 64 KiB passed through',
  temblor: { temblor: pass },
  peers: [nginxPass, haproxyPass, caddy],
  anyProxy: true,
  against: 'nginx',
  asks: [same('/64k', kib64)],
  load: wrk({ path: '/64k', leastBytes: kib64.length }),
} satisfies Workload
