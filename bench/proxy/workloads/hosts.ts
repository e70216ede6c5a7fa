/** Where a request goes is told by its host: exact, by a wildcard, or neither. */
import { wrk } from '../load/wrk.ts'
import { haproxy } from '../peers/haproxy.ts'
import { nginx, nginxPass } from '../peers/nginx.ts'
import { offramp, onramp } from '../peers/temblor-yaml.ts'
import { same, seen, small } from '../upstream.ts'
import type { Ask, Workload } from '../workload.ts'

const notOf = ['nginx']

const nginxHosts = nginx('nginx, server_name', ({ port, upstreams }) => {
  const server = (name: string, index: number) =>
    `upstream up${index} { server 127.0.0.1:${upstreams[index]}; keepalive 256; }
  server { listen 127.0.0.1:${port}${name === '_' ? ' default_server' : ''}; server_name ${name}; location / {
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; proxy_pass http://up${index}; } }`
  return ['shop.example.com', '*.search.example.com', '_'].map(server).join('\n  ')
})

const haproxyHosts = haproxy(
  'haproxy, hdr',
  [
    'use_backend shop if { req.hdr(host) -i shop.example.com }',
    'use_backend search if { req.hdr(host),lower -m end .search.example.com }',
    'default_backend others',
  ],
  ({ upstreams }) =>
    ['shop', 'search', 'others']
      .map((name, i) => `backend ${name}\n  server s 127.0.0.1:${upstreams[i]}`)
      .join('\n'),
)

function goes(host: string, index: number): Ask {
  return seen({ headers: { host }, notOf }, ({ upstreams }) => ({ host, port: String(upstreams[index]) }))
}

export default {
  name: 'hosts',
  order: 5,
  what: 'GET, upstream chosen by the host',
  temblor: {
    temblor: {
      yaml: (place) => `${onramp(place)}offramp:
${[0, 1, 2].map((i) => offramp(place, i, ', host: request')).join('\n')}
route:
  - id: hosts
    from: web
    rules:
      - { host: shop.example.com, to: up1 }
      - { host: "*.search.example.com", to: up2 }
    to: up3
`,
    },
  },
  peers: [nginxPass, nginxHosts, haproxyHosts],
  against: 'nginx',
  asks: [
    same('/anything', small),
    goes('shop.example.com', 0),
    goes('a.search.example.com', 1),
    goes('elsewhere.example.com', 2),
  ],
  load: wrk({
    path: '/anything',
    lua: 'wrk.headers["Host"] = "a.search.example.com"',
    leastBytes: small.length,
  }),
} satisfies Workload
