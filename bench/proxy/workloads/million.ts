/** A million requests of the page, and the memory on the way. */
import { million } from '../load/million.ts'
import { post } from '../load/wrk.ts'
import { small } from '../upstream.ts'
import type { Workload } from '../workload.ts'
import page from './page.ts'

export default {
  ...page,
  name: 'million',
  order: 14,
  what: 'a million requests of the page',
  peers: page.peers.filter(({ name }) => name === page.against),
  load: million({ path: '/anything', lua: post, leastBytes: small.length }),
} satisfies Workload
