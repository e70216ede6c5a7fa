/**
 * Other caches before the suite's server, each as a careful operator would set it up: revalidation on, no lifetimes of its own making
 * beyond what RFC 9111 allows, everything in memory or in a folder that goes afterwards.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Place {
  readonly port: number
  /** Of the server of the suite. */
  readonly origin: number
  /** Empty, for files. */
  readonly folder: string
}

export interface Start {
  readonly line: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

export interface CachePeer {
  /** Asks for its version: fails if there is no such program. */
  readonly version: readonly string[]
  start(place: Place): Start
}

/** Some will not run as root: they become `nobody`, and need folders that all may write to. */
const root = process.getuid?.() === 0

export function openFolder(path: string): string {
  mkdirSync(path, { recursive: true })
  chmodSync(path, 0o777)
  return path
}

export const peers: Readonly<Record<string, CachePeer>> = {
  nginx: {
    version: ['nginx', '-v'],
    start({ port, origin, folder }) {
      const path = join(folder, 'nginx.conf')
      writeFileSync(
        path,
        `${root ? 'user root;' : ''} daemon off; pid ${folder}/pid; error_log stderr error;
events { worker_connections 2000; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  proxy_temp_path ${folder}/proxy; proxy_cache_path ${folder}/cache keys_zone=kept:8m;
  server { listen 127.0.0.1:${port}; location / {
    proxy_pass http://127.0.0.1:${origin}; proxy_http_version 1.1; proxy_set_header Host $http_host;
    proxy_cache kept; proxy_cache_revalidate on; } }
}
`,
      )
      return { line: ['nginx', '-e', 'stderr', '-c', path] }
    },
  },
  varnish: {
    version: ['varnishd', '-V'],
    start: ({ port, origin, folder }) => ({
      line: [
        'varnishd',
        '-F',
        ...['-j', 'none'],
        ...['-n', folder],
        ...['-a', `127.0.0.1:${port}`],
        ...['-b', `127.0.0.1:${origin}`],
        ...['-s', 'malloc,64m'],
        // Nothing without a lifetime is kept as fresh; what is stale stays to be revalidated.
        ...['-p', 'default_ttl=0', '-p', 'default_grace=0', '-p', 'default_keep=3600'],
      ],
    }),
  },
  squid: {
    version: ['squid', '-v'],
    start({ port, origin, folder }) {
      const path = join(folder, 'squid.conf')
      writeFileSync(
        path,
        `http_port 127.0.0.1:${port} accel defaultsite=127.0.0.1 no-vhost
cache_peer 127.0.0.1 parent ${origin} 0 no-query no-digest originserver login=PASSTHRU name=origin
cache_peer_access origin allow all
http_access allow all
cache_mem 64 MB
memory_cache_shared off
collapsed_forwarding off
access_log none
cache_log ${folder}/log
netdb_filename none
coredump_dir ${folder}
pid_filename ${folder}/pid
${root ? 'cache_effective_user nobody\ncache_effective_group nogroup' : ''}
pinger_enable off
shutdown_lifetime 1 seconds
`,
      )
      // Named, so that what an earlier one left in shared memory is not in its way.
      return { line: ['squid', '-N', '-n', `cache${port}x${process.pid}`, '-f', path] }
    },
  },
  trafficserver: {
    version: ['traffic_server', '-V'],
    start({ port, origin, folder }) {
      const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
      for (const name of ['run', 'log', 'cache']) openFolder(join(folder, name))
      write('remap.config', `map / http://127.0.0.1:${origin}/\n`)
      write('ip_allow.yaml', 'ip_allow: [{ apply: in, ip_addrs: 127.0.0.1, action: allow, methods: ALL }]\n')
      write('storage.config', `${folder}/cache 64M\n`)
      write(
        'records.config',
        [
          `proxy.config.http.server_ports STRING ${port}:ip-in=127.0.0.1`,
          'proxy.config.url_remap.pristine_host_hdr INT 1',
          'proxy.config.url_remap.remap_required INT 1',
          ...(root ? ['proxy.config.admin.user_id STRING nobody'] : []),
          // Answers that state no lifetime may be kept, as long as they say when they were modified.
          'proxy.config.http.cache.required_headers INT 0',
          'proxy.config.http.cache.heuristic_min_lifetime INT 0',
          'proxy.config.http.negative_caching_enabled INT 0',
          'proxy.config.log.logging_enabled INT 0',
          'proxy.config.exec_thread.autoconfig INT 0',
          'proxy.config.exec_thread.limit INT 2',
          '',
        ]
          .map((line) => (line === '' ? line : `CONFIG ${line}`))
          .join('\n'),
      )
      return {
        line: ['traffic_server'],
        env: {
          PROXY_CONFIG_CONFIG_DIR: folder,
          PROXY_CONFIG_LOCAL_STATE_DIR: join(folder, 'run'),
          PROXY_CONFIG_LOG_LOGFILE_DIR: join(folder, 'log'),
        },
      }
    },
  },
}
