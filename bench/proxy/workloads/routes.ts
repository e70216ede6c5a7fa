/** One of 1,000 routes by path. */
import { wrk } from '../load/wrk.ts'
import { haproxy } from '../peers/haproxy.ts'
import { nginx, nginxPass } from '../peers/nginx.ts'
import { offramp, onramp } from '../peers/temblor-yaml.ts'
import { file } from '../scratch.ts'
import { same, small } from '../upstream.ts'
import type { Ask, Place, Workload } from '../workload.ts'

const all = Array.from({ length: 1000 }, (_, i) => i)
const path = (index: number) => `/service-${index}/`

const nginxLocations = nginx('nginx, location', ({ port, upstreams }) => {
  const sets = upstreams.map((each, i) => `upstream up${i} { server 127.0.0.1:${each}; keepalive 256; }`)
  const locations = all.map((i) => `location ${path(i)} { proxy_pass http://up${i % 3}; }`)
  return `${sets.join(' ')}
  proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host webserver01;
  server { listen 127.0.0.1:${port}; location / { return 404; }
    ${locations.join('\n    ')} }`
})

const haproxyMap: typeof nginxLocations = {
  ...haproxy('haproxy, map', []),
  command: (place) => {
    const map = file(`routes-${place.port}.map`, all.map((i) => `${path(i)} up${i % 3}\n`).join(''))
    return haproxy('', [`use_backend %[path,map_beg(${map},all)]`], ({ upstreams }) =>
      upstreams.map((port, i) => `backend up${i}\n  server s 127.0.0.1:${port}`).join('\n'),
    ).command(place)
  },
}

function goes(index: number): Ask {
  const port = ({ upstreams }: Place) => upstreams[index % 3]
  return {
    ...same(`${path(index)}port`, '', { notOf: ['nginx'] }),
    wrong({ body }, place) {
      return body === String(port(place)) ? undefined : `${body} instead of ${port(place)}`
    },
  }
}

export default {
  name: 'routes',
  order: 7,
  what: 'GET by one of 1,000 routes, all of them in turn',
  temblor: {
    temblor: {
      yaml: (place) => `${onramp(place)}offramp:
${[0, 1, 2].map((i) => offramp(place, i)).join('\n')}
route:
  - id: routes
    from: web
    rules:
${all.map((i) => `      - { path: "${path(i)}*", to: up${(i % 3) + 1} }`).join('\n')}
`,
    },
  },
  peers: [nginxPass, nginxLocations, haproxyMap],
  against: 'nginx',
  asks: [same(path(7), small), goes(0), goes(1), goes(500), goes(999)],
  load: wrk({
    path: path(0),
    lua: `local at = 0
request = function() at = (at + 7) % 1000; return wrk.format("GET", "/service-" .. at .. "/") end`,
    leastBytes: small.length,
  }),
} satisfies Workload
