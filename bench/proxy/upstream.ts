/**
 * The upstreams: ports of one nginx that answers by itself, so that they are the same for all and cost little.
 *
 * `/anything` is 300 octets of JSON, `/64k` 64 KiB, `/cached` the first with a lifetime and a mark of its own; `/echo` tells what came, for checks.
 */
import { nginxCommand } from './peers/nginx.ts'
import { file } from './scratch.ts'
import type { Ask, Place, Upstream } from './workload.ts'

export const small = JSON.stringify({
  args: {},
  data: 'snot is a badger',
  files: {},
  headers: { Host: 'webserver01' },
  json: null,
  pad: 'x'.repeat(190),
})

export const kib64 = 'x'.repeat(65_536)

const echoed = {
  host: '$http_host',
  forwarded: '$http_forwarded',
  length: '$content_length',
  dispatched: '$http_dispatched',
  port: '$server_port',
}

export const fixed: Upstream = {
  command: (ports) =>
    nginxCommand(
      `upstream-${ports[0]}`,
      `open_file_cache max=10; sendfile on; tcp_nopush on;
  server {
    ${ports.map((port) => `listen 127.0.0.1:${port} reuseport backlog=8192;`).join(' ')}
    default_type application/json;
    location / { return 200 '${small}'; }
    location /cached { add_header X-Mark $request_id; add_header Cache-Control max-age=3600; return 200 '${small}'; }
    location /64k { alias ${file('64k', kib64)}; default_type application/octet-stream; }
    location ~ \\/port$ { return 200 $server_port; }
    location /echo { return 200 '${JSON.stringify(echoed)}'; }
  }`,
    ),
}

type Seen = Partial<typeof echoed>

/** An answer that has to come as the upstream gives it. */
export function same(path: string, body: string, more: Partial<Ask> = {}): Ask {
  return {
    method: 'GET',
    path,
    ...more,
    wrong(answer, place) {
      if (answer.status !== 200) return `status ${answer.status}: ${answer.body.slice(0, 200)}`
      return answer.body === body ? more.wrong?.(answer, place) : `a body of ${answer.body.length} characters`
    },
  }
}

/** What the upstream saw of a request has to hold these values. */
export function seen(ask: Partial<Ask>, expected: Seen | ((place: Place) => Seen)): Ask {
  return {
    method: 'GET',
    path: '/echo',
    ...ask,
    wrong({ status, body }, place) {
      if (status !== 200) return `status ${status}: ${body.slice(0, 200)}`
      const saw = JSON.parse(body) as Record<string, string>
      const right = typeof expected === 'function' ? expected(place) : expected
      const wrong = Object.entries(right).filter(([name, value]) => saw[name] !== value)
      return wrong.length === 0 ? undefined : `upstream saw ${body}, not ${JSON.stringify(right)}`
    },
  }
}
