/** Where a request goes is told by a header, and another header is set: sidecar_http_dispatcher's work. */
import { sidecar } from '../configurations.ts'
import { wrk } from '../load/wrk.ts'
import { nginx, nginxPass } from '../peers/nginx.ts'
import { offramp, onramp } from '../peers/temblor-yaml.ts'
import { same, seen, small } from '../upstream.ts'
import type { Ask, Workload } from '../workload.ts'

const header = { environment: 'dev' }

const nginxMap = nginx(
  'nginx, map',
  (
    place,
  ) => `${place.upstreams.map((port, i) => `upstream up${i + 1} { server 127.0.0.1:${port}; keepalive 256; }`).join(' ')}
  map $http_environment $target { dev up2; staging up3; default up1; }
  map $http_environment $dispatched { dev true; default ""; }
  server { listen 127.0.0.1:${place.port}; location / {
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host webserver01; proxy_set_header dispatched $dispatched;
    proxy_pass http://$target; } }`,
)

function goes(environment: string, index: number, expected: { readonly dispatched: string }): Ask {
  return seen({ headers: { environment }, notOf: ['nginx'] }, ({ upstreams }) => ({
    ...expected,
    port: String(upstreams[index]),
  }))
}

export default {
  name: 'dispatch',
  order: 4,
  what: 'GET, upstream and headers chosen by a header',
  temblor: {
    temblor: {
      yaml: (place) => `${onramp(place)}offramp:
${offramp(place, 0)}
${offramp(place, 1, ', headers: { dispatched: "true" }')}
${offramp(place, 2)}
route:
  - id: dispatch
    from: web
    rules:
      - { header: { environment: dev }, to: up2 }
      - { header: { environment: staging }, to: up3 }
    to: up1
`,
    },
    // The original's own file: by script, and with a line in the log for each dispatch.
    "temblor, the sidecar's file": sidecar,
  },
  peers: [nginxPass, nginxMap],
  against: 'nginx',
  asks: [
    same('/anything', small, { headers: header }),
    goes('dev', 1, { dispatched: 'true' }),
    goes('staging', 2, { dispatched: '' }),
    goes('other', 0, { dispatched: '' }),
    // Only scripts set `Host`.
    seen({ headers: header, notOf: ['nginx', 'nginx, map', 'temblor'] }, { host: 'example.com' }),
  ],
  load: wrk({ path: '/anything', lua: 'wrk.headers["environment"] = "dev"', leastBytes: small.length }),
} satisfies Workload
