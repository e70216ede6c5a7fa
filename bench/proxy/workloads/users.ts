/** 200 users who think for a second and ask in step, as the pages' own tables have it. */
import { thinkingUsers } from '../load/users.ts'
import { bare } from '../peers/bare.ts'
import { caddy } from '../peers/caddy.ts'
import { nginxPass } from '../peers/nginx.ts'
import { pass } from '../peers/temblor-yaml.ts'
import { same, small } from '../upstream.ts'
import type { Workload } from '../workload.ts'
import { page } from './page.ts'

export const request = 'GET /anything HTTP/1.1\r\nHost: a.example\r\nAccept: */*\r\n\r\n'

export default {
  name: 'users',
  order: 10,
  what: '200 users with a second of thought, in step',
  temblor: { 'temblor, pass': pass, 'temblor, the page': page },
  peers: [bare, nginxPass, caddy],
  against: 'bare',
  asks: [same('/anything', small)],
  load: thinkingUsers({ request, arrival: 'together' }),
} satisfies Workload
