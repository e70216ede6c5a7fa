/** An answer that is there already. */
import { wrk } from '../load/wrk.ts'
import { backends, nginx, passing } from '../peers/nginx.ts'
import { balanced, onramp } from '../peers/temblor-yaml.ts'
import { varnish } from '../peers/varnish.ts'
import { scratch } from '../scratch.ts'
import { same, small } from '../upstream.ts'
import type { Workload } from '../workload.ts'

const nginxCache = nginx(
  'nginx proxy_cache',
  (place) => `proxy_cache_path ${scratch}/cache-${place.port} keys_zone=kept:10m; open_file_cache max=100;
  ${backends(place)}
  server { listen 127.0.0.1:${place.port}; location / { proxy_cache kept; ${passing} } }`,
)

/** By the port of the peer: what the first answer was marked with. */
const marks = new Map<number, unknown>()

export default {
  name: 'cache-hit',
  order: 6,
  what: 'GET of 300 octets, answered from the cache',
  temblor: {
    temblor: {
      yaml: (place) =>
        `${onramp(place)}${balanced(place, ', cache: {}')}route: [{ id: cached, from: web, rules: [{ to: set }] }]\n`,
    },
  },
  peers: [nginxCache, varnish],
  against: 'nginx proxy_cache',
  asks: [
    same('/cached', small, {
      // The upstream marks each of its answers.
      wrong({ headers }, { port }) {
        const mark = headers['x-mark']
        if (!marks.has(port)) marks.set(port, mark)
        return mark !== undefined && marks.get(port) === mark ? undefined : 'it was not from the cache'
      },
    }),
  ],
  load: wrk({ path: '/cached', leastBytes: small.length }),
} satisfies Workload
