/** Connections that are kept and do nothing. */
import { idle, idleConnections } from '../load/idle.ts'
import { bareNode } from '../peers/bare.ts'
import { caddy } from '../peers/caddy.ts'
import { nginxPass } from '../peers/nginx.ts'
import { pass } from '../peers/temblor-yaml.ts'
import { same, small } from '../upstream.ts'
import type { Workload } from '../workload.ts'
import { request } from './users.ts'

export default {
  name: 'idle',
  order: 12,
  what: `${idleConnections} idle connections`,
  temblor: { temblor: pass },
  peers: [bareNode, nginxPass, caddy],
  against: 'node:net',
  asks: [same('/anything', small)],
  load: idle(request),
} satisfies Workload
