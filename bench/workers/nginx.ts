/** nginx before the same upstreams, with one worker or several. */
import { backends, passing } from '../proxy/peers/nginx.ts'
import { file, scratch } from '../proxy/scratch.ts'
import type { Place } from '../proxy/workload.ts'

export interface NginxOptions {
  readonly workers: number
  readonly reuseport: boolean
}

/** The command line. */
export function nginxLine(place: Place, { workers, reuseport }: NginxOptions): readonly string[] {
  const name = `nginx-workers-${place.port}`
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${scratch}/${name}-${kind};`)
    .join(' ')
  const text = `${process.getuid?.() === 0 ? 'user root; ' : ''}
worker_processes ${workers}; daemon off; pid ${scratch}/${name}.pid; error_log stderr error; worker_rlimit_nofile 40000;
events { worker_connections 10000; }
http {
  access_log off; keepalive_requests 100000000; keepalive_timeout 600s; client_max_body_size 0;
  ${temporary}
  ${backends(place)}
  server { listen 127.0.0.1:${place.port}${reuseport ? ' reuseport' : ''}; location / { ${passing} } }
}
`
  return ['nginx', '-e', 'stderr', '-c', file(`${name}.conf`, text)]
}
