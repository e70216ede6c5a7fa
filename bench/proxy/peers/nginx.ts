/** nginx with one worker and nothing that costs without need: the same for upstreams and for peers. */
import { existsSync } from 'node:fs'
import { type Command, version } from '../processes.ts'
import { file, scratch } from '../scratch.ts'
import type { Peer, Place } from '../workload.ts'

const modules = '/usr/lib/nginx/modules'

export interface NginxOptions {
  /** Of the folder of modules, in the order they need one another. */
  readonly modules?: readonly string[]
  /** Files that it needs beyond its modules. */
  readonly needs?: readonly string[]
}

/** A peer with `http` as the inside of its `http` block. */
export function nginx(name: string, http: (place: Place) => string, options: NginxOptions = {}): Peer {
  const loaded = (options.modules ?? []).map((module) => `${modules}/${module}`)
  return {
    name,
    available: () =>
      version('nginx', '-v') !== undefined && [...loaded, ...(options.needs ?? [])].every(existsSync),
    command: (place) => nginxCommand(`nginx-${place.port}`, http(place), loaded),
  }
}

export function nginxCommand(name: string, http: string, loaded: readonly string[] = []): Command {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${scratch}/${name}-${kind};`)
    .join(' ')
  // Else its worker would be nobody, and read none of our files.
  const user = process.getuid?.() === 0 ? 'user root; ' : ''
  const text = `${user}${loaded.map((path) => `load_module ${path};`).join(' ')}
worker_processes 1; daemon off; pid ${scratch}/${name}.pid; error_log stderr error; worker_rlimit_nofile 40000;
events { worker_connections 39000; }
http {
  access_log off; keepalive_requests 100000000; keepalive_timeout 600s; client_max_body_size 0;
  ${temporary}
  ${http}
}
`
  // The default error log is opened before the file is read.
  return { line: ['nginx', '-e', 'stderr', '-c', file(`${name}.conf`, text)] }
}

/** The upstreams as a set that takes turns over connections that are kept. */
export function backends({ upstreams }: Place): string {
  return `upstream backends { ${upstreams.map((port) => `server 127.0.0.1:${port};`).join(' ')} keepalive 256; }`
}

export const passing =
  'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host webserver01; proxy_pass http://backends;'

/** Passes everything to the upstreams. */
export const nginxPass = nginx(
  'nginx',
  (place) => `${backends(place)} server { listen 127.0.0.1:${place.port}; location / { ${passing} } }`,
)
