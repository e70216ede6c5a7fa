/** The least a proxy can do, beside whatever proxies there are. */
import { post, wrk } from '../load/wrk.ts'
import { caddy } from '../peers/caddy.ts'
import { haproxyPass } from '../peers/haproxy.ts'
import { nginxPass } from '../peers/nginx.ts'
import { pass } from '../peers/temblor-yaml.ts'
import { same, seen, small } from '../upstream.ts'
import type { Workload } from '../workload.ts'

const asked = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"snot": "badger"}',
}

export default {
  name: 'pass',
  order: 2,
  what: 'POST of 18 octets passed through, answer of 300',
  temblor: { temblor: pass },
  peers: [nginxPass, haproxyPass, caddy],
  anyProxy: true,
  against: 'nginx',
  asks: [same('/anything', small, asked), seen(asked, { length: '18' })],
  load: wrk({ path: '/anything', lua: post, leastBytes: small.length }),
} satisfies Workload
