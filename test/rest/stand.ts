/**
 * A proxy as an operator would configure it, in this process: YAML and pipelines checked as `run` checks them, the real ramps, a real
 * transport, real sockets on both sides.
 */

import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import type { Files } from '#engine/binding/files.ts'
import type { Plan } from '#engine/binding/plan.ts'
import { type Catalogue, loadCatalogue } from '#engine/catalogue.ts'
import { check } from '#engine/check.ts'
import type { Clock } from '#engine/clock.ts'
import { wheelClock } from '#engine/clock-wheel.ts'
import { Engine } from '#engine/deploy/engine.ts'
import type { Transport } from '#engine/http/transport.ts'
import { createLog } from '#engine/log.ts'
import { createMetrics } from '#engine/metrics.ts'
import { transports } from '../support/transports.ts'
import { cut, type Message } from './message.ts'

/** One onramp `web`, one offramp `up`, a pipeline each way; everything may be said otherwise. */
export interface Shape {
  /** Statements of the script that requests go through. Absent: requests pass unread. */
  readonly request?: string
  readonly response?: string
  /** Keys of the onramp; `config` is laid over the usual one. */
  readonly onramp?: Readonly<Record<string, unknown>>
  readonly offramp?: Readonly<Record<string, unknown>>
  /** More offramps, by id. */
  readonly offramps?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Whole pipelines, by id, beside or instead of `request` and `response`. */
  readonly pipelines?: Readonly<Record<string, string>>
  /** Laid over the usual links; an empty list takes a link away. */
  readonly links?: Readonly<Record<string, readonly string[]>>
}

const ours = await loadCatalogue()

/** What `check` makes of it. Throws the findings if there are errors. */
export async function planOf(shape: Shape, { port = 0, catalogue = ours } = {}): Promise<Plan> {
  const { plan, findings } = await check(['proxy'], { files: filesOf(shape, port), catalogue, env: {} })
  if (plan === undefined) throw new Error(findings.map((finding) => finding.message).join('\n'))
  return plan
}

export function filesOf(shape: Shape, port = 0): Files {
  const texts: Record<string, string> = { 'proxy.yaml': JSON.stringify(configOf(shape, port)) }
  const pipelines = {
    request: pipelineOf(shape.request),
    response: pipelineOf(shape.response),
    ...shape.pipelines,
  }
  for (const [id, text] of Object.entries(pipelines)) texts[`${id}.trickle`] = text
  return {
    read: (path) => texts[path.replace('proxy/', '')] ?? missing(),
    list: () => Object.keys(texts).map((name) => ({ name, isDirectory: false })),
    isDirectory: (path) => path === 'proxy',
    stdin: () => '',
  }
}

function missing(): never {
  throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
}

function configOf(shape: Shape, port: number): object {
  const ramp = (id: string, config: object, keys: Readonly<Record<string, unknown>> = {}) => ({
    id,
    type: 'rest',
    linked: true,
    ...keys,
    config: { ...config, ...(keys['config'] as object | undefined) },
  })
  const links: Record<string, readonly string[]> = {
    '/onramp/web/{instance}/out': ['/pipeline/request/{instance}/in'],
    '/pipeline/request/{instance}/out': ['/offramp/up/{instance}/in'],
    '/pipeline/request/{instance}/err': ['/onramp/web/{instance}/in'],
    '/offramp/up/{instance}/out': ['/pipeline/response/{instance}/in'],
    '/offramp/up/{instance}/err': ['/pipeline/internal_error_processing/{instance}/in'],
    '/pipeline/internal_error_processing/{instance}/out': ['/onramp/web/{instance}/in'],
    '/pipeline/response/{instance}/out': ['/onramp/web/{instance}/in'],
    '/pipeline/response/{instance}/err': ['/onramp/web/{instance}/in'],
    ...shape.links,
  }
  return {
    onramp: [ramp('web', { host: '127.0.0.1', port }, shape.onramp)],
    offramp: [
      ramp('up', { endpoint: 'http://upstream/' }, shape.offramp),
      ...Object.entries(shape.offramps ?? {}).map(([id, keys]) =>
        ramp(id, { endpoint: 'http://upstream/' }, keys),
      ),
    ],
    binding: [
      { id: 'main', links: Object.fromEntries(Object.entries(links).filter(([, to]) => to.length > 0)) },
    ],
    mapping: { '/binding/main/01': { instance: '01' } },
  }
}

export function pipelineOf(script?: string): string {
  if (script === undefined) return 'select event from in into out;'
  return `define script it script ${script} end;
create script it;
select event from in into it;
select event from it into out;
select event from it/err into err;`
}

export interface Stand {
  readonly port: number
  readonly engine: Engine
  /** Lines of the log, decoded. */
  readonly log: readonly Record<string, unknown>[]
  metrics(): Promise<string>
  close(): Promise<void>
}

export interface StandOptions {
  readonly transport?: Transport
  readonly clock?: Clock
  /** Where `upstream:80` is. */
  readonly upstream?: number
  /** Other components than there are. */
  readonly catalogue?: Catalogue
  /** Where further hosts are. */
  readonly hosts?: Readonly<Record<string, number>>
}

export async function stand(shape: Shape, options: StandOptions = {}): Promise<Stand> {
  const clock = options.clock ?? wheelClock()
  const log: Record<string, unknown>[] = []
  const metrics = createMetrics()
  const { catalogue = ours } = options
  const hosts = { upstream: options.upstream ?? 1, ...options.hosts }
  const engine = new Engine({
    catalogue,
    clock,
    log: createLog({
      level: 'debug',
      format: 'json',
      clock,
      write: (line) => void log.push(JSON.parse(line)),
    }),
    metrics,
    transport: options.transport ?? transports.own,
    connectTo: Object.entries(hosts).map(([host, toPort]) => ({
      host,
      port: 0,
      toHost: '127.0.0.1',
      toPort,
    })),
    instance: 'test',
    host: { hostname: 'testhost', version: '0.0.0', nanotime: () => clock.wallNs() },
  })
  await engine.apply(await planOf(shape, { catalogue }))
  return {
    port: Number(/:(\d+)$/.exec(engine.status().listens[0]!)![1]),
    engine,
    log,
    metrics: () => metrics.render(),
    async close() {
      await engine.stop(0)
      if ('close' in clock) (clock as { close(): void }).close()
    },
  }
}

// ---- an upstream that says what it is told -------------------------------------------------------------------

export interface Upstream {
  readonly port: number
  /** Whole requests, in the order they came. */
  readonly requests: readonly Message[]
  readonly sockets: readonly Socket[]
  close(): void
}

/** `say` is called for each whole request; text is sent as it is. */
export async function upstream(
  say: string | ((message: Message, socket: Socket) => string | undefined),
): Promise<Upstream> {
  const requests: Message[] = []
  const sockets: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let received = ''
    sockets.push(socket)
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1')
      for (let found = cut(received); found !== undefined; found = cut(received)) {
        received = found.rest
        requests.push(found.message)
        const text = typeof say === 'string' ? say : say(found.message, socket)
        if (text !== undefined) socket.write(text, 'latin1')
      }
    })
    socket.on('end', () => socket.end())
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    sockets,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
