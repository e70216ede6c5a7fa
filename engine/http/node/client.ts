/** The client by undici: one undici client for each connection, so that what a connection has gone through is known. */

import type { Socket } from 'node:net'
import { Client as UndiciClient } from 'undici'
import type { Timer } from '../../clock.ts'
import { type Destination, type Dialer, dial } from '../dial.ts'
import { CLIENT_DEFAULTS } from '../limits.ts'
import { createResolver } from '../resolve.ts'
import type { Client, ClientOptions } from '../transport.ts'
import { AnswerGate } from './answer-gate.ts'
import { Call } from './call.ts'

export interface Pooled {
  readonly undici: UndiciClient
  readonly gate: AnswerGate
  readonly origin: Origin
  served: number
  dead: boolean
  timer: Timer | null
}

export interface Origin extends Destination {
  readonly idle: Pooled[]
}

export interface ClientContext extends Dialer {
  readonly options: ClientOptions
  readonly open: Set<Pooled>
  closing: boolean
}

export function createClient(options: ClientOptions): Client {
  const origins = new Map<string, Origin>()
  const context: ClientContext = {
    clock: options.clock,
    options,
    resolver: createResolver(options.clock, options.lookup),
    open: new Set(),
    closing: false,
  }

  function originOf(to: Destination): Origin {
    const key = `${to.scheme}://${to.host}:${to.port}`
    let origin = origins.get(key)
    if (origin === undefined) {
      origin = { scheme: to.scheme, host: to.host, port: to.port, idle: [] }
      origins.set(key, origin)
    }
    return origin
  }

  return {
    request(request, events) {
      const call = new Call(context, originOf(request), request, events)
      if (context.closing) events.fail({ kind: 'closed', message: 'The client is closed', sent: false })
      else call.begin()
      return call
    },
    probe(target, done) {
      dial(context, target, { connectMs: target.connectMs }, (fault, socket) => {
        socket?.on('error', () => {}).destroy()
        done(fault)
      })
    },
    get openConnections() {
      return context.open.size
    },
    close() {
      context.closing = true
      for (const origin of origins.values()) for (const pooled of [...origin.idle]) discard(context, pooled)
    },
  }
}

/** An undici client around a socket that is connected already; it never connects by itself. */
export function wrap(context: ClientContext, origin: Origin, socket: Socket): Pooled {
  let given = false
  const undici = new UndiciClient(`${origin.scheme}://127.0.0.1:${origin.port}`, {
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 600_000,
    keepAliveMaxTimeout: 600_000,
    maxHeaderSize: CLIENT_DEFAULTS.maxHeadBytes,
    connect(_options, done) {
      // Not at once: undici does not expect to be connected before it has asked.
      if (given) process.nextTick(done, new Error('The connection was closed'), null)
      else process.nextTick(done, null, socket)
      given = true
    },
  })
  const gate = AnswerGate.before(socket)
  const pooled: Pooled = { undici, gate, origin, served: 0, dead: false, timer: null }
  context.open.add(pooled)
  undici.on('disconnect', () => discard(context, pooled))
  undici.on('connectionError', () => discard(context, pooled))
  socket.on('close', () => discard(context, pooled))
  socket.on('error', () => {})
  return pooled
}

export function takeIdle(origin: Origin): Pooled | null {
  for (;;) {
    const pooled = origin.idle.pop()
    if (pooled === undefined) return null
    pooled.timer?.cancel()
    if (!pooled.dead) return pooled
  }
}

/** Back to the pool, for as long as our patience and the peer's last. */
export function rest(context: ClientContext, pooled: Pooled, hintMs: number): void {
  const { idle } = pooled.origin
  const ms = Math.min(context.options.idleMs, hintMs)
  if (pooled.dead || context.closing || ms <= 0 || idle.length >= context.options.maxIdlePerOrigin) {
    discard(context, pooled)
    return
  }
  idle.push(pooled)
  pooled.timer = context.clock.after(ms, () => discard(context, pooled))
}

export function discard(context: ClientContext, pooled: Pooled): void {
  if (pooled.dead) return
  pooled.dead = true
  pooled.timer?.cancel()
  context.open.delete(pooled)
  const at = pooled.origin.idle.indexOf(pooled)
  if (at !== -1) pooled.origin.idle.splice(at, 1)
  pooled.undici.destroy().catch(() => {})
}
