/** Bodies far longer than memory should hold. */
import { join } from 'node:path'
import { bulk } from '../load/bulk.ts'
import { haproxyPass } from '../peers/haproxy.ts'
import { backends, nginx, passing } from '../peers/nginx.ts'
import { pass } from '../peers/temblor-yaml.ts'
import type { Workload } from '../workload.ts'

const streaming = nginx(
  'nginx',
  (place) => `${backends(place)} proxy_request_buffering off; proxy_max_temp_file_size 0;
  server { listen 127.0.0.1:${place.port}; location / { ${passing} } }`,
)

export default {
  name: 'bulk',
  order: 13,
  what: '1 GiB down and 1 GiB up, every block looked at',
  temblor: { temblor: pass },
  peers: [streaming, haproxyPass],
  against: 'nginx',
  asks: [],
  upstream: {
    command: (ports) => ({
      line: [
        process.execPath,
        join(import.meta.dirname, '../programs/bulk-upstream.ts'),
        ...ports.map((port) => String(port)),
      ],
    }),
  },
  load: bulk,
} satisfies Workload
