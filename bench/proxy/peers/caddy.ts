/** Caddy, whose runtime takes as many processors as it is pinned to. */
import { version } from '../processes.ts'
import { file, scratch } from '../scratch.ts'
import type { Peer } from '../workload.ts'

export const caddy: Peer = {
  name: 'caddy',
  available: () => version('caddy', 'version') !== undefined,
  command: ({ port, upstreams }) => ({
    line: [
      'caddy',
      'run',
      '--adapter',
      'caddyfile',
      '--config',
      file(
        `caddy-${port}`,
        `{
  admin off
  auto_https off
}
http://:${port} {
  bind 127.0.0.1
  reverse_proxy ${upstreams.map((upstream) => `127.0.0.1:${upstream}`).join(' ')} {
    lb_policy round_robin
    header_up Host webserver01
    transport http {
      keepalive_idle_conns_per_host 256
    }
  }
}
`,
      ),
    ],
    env: { XDG_DATA_HOME: scratch, XDG_CONFIG_HOME: scratch },
  }),
}
