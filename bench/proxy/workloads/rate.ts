/** What waits when there is time for all: latency at half of what Temblor can do, on the page. */
import { rate } from '../load/rate.ts'
import { post } from '../load/wrk.ts'
import { bare } from '../peers/bare.ts'
import { nginxPass } from '../peers/nginx.ts'
import { same, small } from '../upstream.ts'
import type { Workload } from '../workload.ts'
import { nginxLua, page } from './page.ts'

const body = '{"snot": "badger"}'
const headers = { 'content-type': 'application/json' }

export default {
  name: 'rate',
  order: 9,
  what: "the page at a constant rate, half of Temblor's capacity; latency from when a request was due",
  temblor: { temblor: page },
  peers: [bare, nginxPass, nginxLua],
  against: 'nginx',
  asks: [same('/anything', small, { method: 'POST', headers, body })],
  load: rate({
    path: '/anything',
    lua: post,
    leastBytes: small.length,
    of: 'temblor',
    request: `POST /anything HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  }),
} satisfies Workload
