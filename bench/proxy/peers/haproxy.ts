/** HAProxy with one thread. */
import { version } from '../processes.ts'
import { file } from '../scratch.ts'
import type { Peer, Place } from '../workload.ts'

/** A peer with these lines at its frontend, and further sections behind; the backend `all` has every upstream. */
export function haproxy(
  name: string,
  frontend: readonly string[],
  sections: (place: Place) => string = () => '',
): Peer {
  return {
    name,
    available: () => version('haproxy', '-v') !== undefined,
    command: (place) => ({
      line: [
        'haproxy',
        '-db',
        '-f',
        file(`haproxy-${place.port}.cfg`, configuration(place, frontend, sections(place))),
      ],
    }),
  }
}

export const haproxyPass = haproxy('haproxy', ['default_backend all'])

function configuration({ port, upstreams }: Place, frontend: readonly string[], sections: string): string {
  return `global
  nbthread 1
  maxconn 4000
defaults
  mode http
  timeout connect 3s
  timeout client 600s
  timeout server 30s
  http-reuse always
frontend web
  bind 127.0.0.1:${port}
${frontend.map((line) => `  ${line}`).join('\n')}
backend all
  balance roundrobin
${upstreams.map((upstream, i) => `  server s${i} 127.0.0.1:${upstream}`).join('\n')}
${sections}
`
}
