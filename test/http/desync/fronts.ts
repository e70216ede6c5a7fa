/** Proxies before an upstream, each a process of its own: Temblor over both transports, and the peers that are installed. */
import { accessSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, startProxy } from '../../faults/proxy.ts'
import type { Shape } from '../../rest/stand.ts'
import { start } from '../../support/process.ts'

export interface Front {
  readonly name: string
  readonly port: number
  stop(): Promise<unknown>
}

/** Requests go through pipelines that do not read them; method, path and query stay the client's. */
export const through: Shape = {
  request: `match $request.url of
    case %{ present query } => let $endpoint = {"path": $request.url.path, "query": $request.url.query}
    default => let $endpoint = {"path": $request.url.path}
  end;
  event`,
}

export async function temblorFront(transport: 'own' | 'node', upstream: number): Promise<Front> {
  const proxy = await startProxy(through, { upstream, args: ['--transport', transport] })
  return { name: `Temblor (${transport})`, port: proxy.port, stop: () => proxy.stop() }
}

interface Peer {
  readonly name: string
  readonly binary: string
  readonly file: string
  config(port: number, upstream: number, folder: string): string
  args(file: string, port: number, folder: string): readonly string[]
}

export const peers: readonly Peer[] = [
  {
    name: 'nginx',
    binary: '/usr/sbin/nginx',
    file: 'nginx.conf',
    config: (
      port,
      upstream,
      folder,
    ) => `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr crit;
events { worker_connections 1024; }
http { access_log off; upstream up { server 127.0.0.1:${upstream}; keepalive 8; }
server { listen 127.0.0.1:${port}; location / { proxy_pass http://up; proxy_http_version 1.1;
proxy_set_header Host $http_host; proxy_set_header Connection ""; } } }`,
    args: (file, _port, folder) => ['-c', file, '-p', folder],
  },
  {
    name: 'HAProxy',
    binary: '/usr/sbin/haproxy',
    file: 'haproxy.cfg',
    config: (port, upstream) => `defaults
  mode http
  timeout connect 3s
  timeout client 5s
  timeout server 5s
listen all
  bind 127.0.0.1:${port}
  server up 127.0.0.1:${upstream}
`,
    args: (file) => ['-db', '-f', file],
  },
  {
    name: 'Varnish (pass)',
    binary: '/usr/sbin/varnishd',
    file: 'default.vcl',
    config: (_port, upstream) => `vcl 4.1;
backend up { .host = "127.0.0.1"; .port = "${upstream}"; }
sub vcl_recv { return (pass); }
`,
    args: (file, port, folder) => [
      '-F',
      '-j',
      'none',
      '-n',
      join(folder, 'work'),
      '-a',
      `127.0.0.1:${port}`,
      '-f',
      file,
    ],
  },
]

export function installed(peer: Peer): boolean {
  try {
    accessSync(peer.binary)
    return true
  } catch {
    return false
  }
}

export async function peerFront(peer: Peer, upstream: number): Promise<Front> {
  const folder = mkdtempSync(join(tmpdir(), 'front-'))
  const port = await freePort()
  const file = join(folder, peer.file)
  writeFileSync(file, peer.config(port, upstream, folder))
  const running = start(peer.binary, peer.args(file, port, folder))
  if (!(await reachable(port))) throw new Error(`${peer.name} does not listen: ${running.stderr()}`)
  return {
    name: peer.name,
    port,
    async stop() {
      await running.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function reachable(port: number): Promise<boolean> {
  for (let tries = 0; tries < 500; tries++) {
    const reached = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.on('connect', () => (socket.destroy(), resolve(true))).on('error', () => resolve(false))
    })
    if (reached) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return false
}
