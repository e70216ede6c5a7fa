/**
 * What is measured side by side. Each peer is started as a user would start it, on one processor, with its access log off; Temblor with
 * its own defaults: limits, deadlines, metrics and log on.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const folder = mkdtempSync(join(tmpdir(), 'temblor-bench-'))

export interface Peer {
  readonly name: string
  /** It changes body and headers by a script. */
  readonly scripted: boolean
  available(): boolean
  /** The command that serves on `port` in the foreground. */
  command(port: number): readonly string[]
}

export interface Started {
  readonly pid: number
  stop(): Promise<void>
}

/** The upstreams: three ports of one nginx that answers by itself. */
export const upstreamPorts = [9301, 9302, 9303]

const answer = JSON.stringify({
  args: {},
  data: '{"snot":"badger"}',
  files: {},
  headers: { Host: 'webserver01' },
  json: null,
  pad: 'x'.repeat(170),
})

export const upstream: Peer = {
  name: 'upstream',
  scripted: false,
  available: () => has('nginx'),
  command: () =>
    nginx(
      'upstream',
      `server { ${upstreamPorts.map((port) => `listen 127.0.0.1:${port};`).join(' ')}
    location / { default_type application/json; return 200 '${answer}'; }
    location /64k { alias ${file64k()}; default_type application/octet-stream; } }`,
    ),
}

const sets = `upstream backends { ${upstreamPorts.map((port) => `server 127.0.0.1:${port};`).join(' ')} keepalive 256; }`
const passing =
  'proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host webserver01; proxy_pass http://backends;'

export const peers: Readonly<Record<string, Peer>> = {
  nginx: {
    name: 'nginx proxy_pass',
    scripted: false,
    available: () => has('nginx'),
    command: (port) =>
      nginx(
        'pass',
        `${sets} server { listen 127.0.0.1:${port}; client_max_body_size 0; location / { ${passing} } }`,
      ),
  },
  'nginx+lua': {
    name: 'nginx + Lua',
    scripted: true,
    available: () =>
      has('nginx') &&
      existsSync('/usr/lib/nginx/modules/ngx_http_lua_module.so') &&
      existsSync('/usr/lib/x86_64-linux-gnu/lua/5.1/cjson.so'),
    command: (port) =>
      nginx(
        'lua',
        `lua_package_cpath "/usr/lib/x86_64-linux-gnu/lua/5.1/?.so;;"; init_by_lua_block { cjson = require "cjson" }
        ${sets}
        server { listen 127.0.0.1:${port}; location / {
          access_by_lua_block {
            ngx.req.read_body()
            local event = cjson.decode(ngx.req.get_body_data() or "{}")
            local forwarded = "by=localhost:65535;host=" .. (ngx.var.http_host or "unknown") .. ";proto=http"
            ngx.req.set_header("Forwarded", forwarded)
            event.forwarded = forwarded
            ngx.req.set_body_data(cjson.encode(event))
          }
          header_filter_by_lua_block { ngx.header["Via"] = "1.1 localhost/nginx" }
          ${passing} } }`,
        'load_module modules/ndk_http_module.so; load_module modules/ngx_http_lua_module.so;',
      ),
  },
  haproxy: {
    name: 'HAProxy',
    scripted: false,
    available: () => has('haproxy'),
    command: (port) => {
      const file = join(folder, 'haproxy.cfg')
      writeFileSync(
        file,
        `global\n nbthread 1\n maxconn 4000\ndefaults\n mode http\n timeout connect 3s\n timeout client 60s\n timeout server 30s\n http-reuse always\nfrontend f\n bind 127.0.0.1:${port}\n default_backend b\nbackend b\n balance roundrobin\n${upstreamPorts.map((port, i) => ` server s${i} 127.0.0.1:${port}`).join('\n')}\n`,
      )
      return ['haproxy', '-db', '-f', file]
    },
  },
  'temblor page': {
    name: 'Temblor, the page',
    scripted: true,
    available: () => true,
    command: (port) =>
      temblor(
        config('page', pageYaml(port)),
        join(root, 'pipelines/request_handling.trickle'),
        join(root, 'pipelines/response_handling.trickle'),
      ),
  },
  'temblor pass': {
    name: 'Temblor, pass-through',
    scripted: false,
    available: () => true,
    command: (port) => temblor(config('pass', passYaml(port)), pipeline('pass', passTrickle)),
  },
}

/** Starts `peer` on a processor and waits until it listens. */
export async function start(peer: Peer, port: number, cpu: number): Promise<Started> {
  const [command, ...args] = peer.command(port)
  const child: ChildProcess = spawn('taskset', ['-c', String(cpu), command!, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr!.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)))
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`${peer.name} ended with ${child.exitCode}: ${said}`)
    if (await listens(port)) break
    await pause(50)
  }
  return {
    pid: child.pid!,
    async stop() {
      const gone = new Promise((resolve) => child.on('exit', resolve))
      child.kill('SIGINT')
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
      await gone
      clearTimeout(timer)
    },
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

function nginx(name: string, http: string, modules = ''): readonly string[] {
  const file = config(
    name,
    '',
    `${modules} worker_processes 1; daemon off; pid ${folder}/${name}.pid; error_log /dev/null crit;
    events { worker_connections 20000; }
    http { access_log off; keepalive_requests 100000000; keepalive_timeout 600s; client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder}; ${http} }`,
    'conf',
  )
  return ['nginx', '-c', file]
}

function temblor(...files: readonly string[]): readonly string[] {
  return [
    process.execPath,
    join(root, 'bin/temblor.js'),
    'run',
    ...files,
    '--no-admin',
    '--log-format',
    'json',
    ...(process.env['TEMBLOR_BENCH_FLAGS']?.split(' ') ?? []),
  ]
}

function config(name: string, yaml: string, text = yaml, ending = 'yaml'): string {
  const file = join(folder, `${name}.${ending}`)
  writeFileSync(file, text)
  return file
}

function pipeline(name: string, trickle: string): string {
  const file = join(folder, `${name}.trickle`)
  writeFileSync(file, trickle)
  return file
}

const offramps = `offramp:
${upstreamPorts.map((port, i) => `  - { id: up${i + 1}, type: rest, linked: true, codec: json, config: { endpoint: { host: 127.0.0.1, port: ${port} } } }`).join('\n')}
`

function onramp(port: number): string {
  return `onramp:\n  - { id: web, type: rest, linked: true, codec: json, config: { host: 127.0.0.1, port: ${port} } }\n${offramps}`
}

function pageYaml(port: number): string {
  const ups = [1, 2, 3]
  return `${onramp(port)}
binding:
  - id: main
    links:
      /onramp/web/01/out: /pipeline/request_handling/01/in
${ups.map((n) => `      /pipeline/request_handling/01/ws0${n}: /offramp/up${n}/01/in`).join('\n')}
${ups.map((n) => `      /offramp/up${n}/01/out: /pipeline/response_handling/01/in`).join('\n')}
      /pipeline/response_handling/01/out: /onramp/web/01/in
      /pipeline/request_handling/01/err: /onramp/web/01/in
      /pipeline/response_handling/01/err: /onramp/web/01/in
${ups.map((n) => `      /offramp/up${n}/01/err: /pipeline/internal_error_processing/01/in`).join('\n')}
      /pipeline/internal_error_processing/01/out: /onramp/web/01/in
mapping:
  /binding/main/01: { instance: "01" }
`
}

const passTrickle = `define qos::roundrobin operator rr with outputs = ["ws01", "ws02", "ws03"] end;
create operator rr;
define script target script let $endpoint = {"path": $request.url.path}; event end;
create script target;
select event from in into target;
select event from target into rr;
select event from rr/ws01 into out/ws01;
select event from rr/ws02 into out/ws02;
select event from rr/ws03 into out/ws03;
select event from target/err into err;
`

function passYaml(port: number): string {
  const ups = [1, 2, 3]
  return `${onramp(port)}
binding:
  - id: main
    links:
      /onramp/web/01/out: /pipeline/pass/01/in
${ups.map((n) => `      /pipeline/pass/01/ws0${n}: /offramp/up${n}/01/in`).join('\n')}
${ups.map((n) => `      /offramp/up${n}/01/out: /pipeline/system::passthrough/01/in`).join('\n')}
      /pipeline/system::passthrough/01/out: /onramp/web/01/in
mapping:
  /binding/main/01: { instance: "01" }
`
}

let big: string | undefined
function file64k(): string {
  if (big === undefined) {
    big = join(folder, 'big')
    writeFileSync(big, Buffer.alloc(65536, 'x'))
  }
  return big
}

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}
