/** The client: origins, each with its pool, and calls. */

import { dial } from '../dial.ts'
import { createResolver } from '../resolve.ts'
import type { Client, ClientCall, ClientEvents, ClientOptions, ClientRequest } from '../transport.ts'
import { Call } from './call.ts'
import type { ClientContext, Origin } from './origin.ts'
import { Queue } from './queue.ts'

const MAX_ORIGINS = 10_000

export function createClient(options: ClientOptions): Client {
  const origins = new Map<string, Origin>()
  const context: ClientContext = {
    options,
    clock: options.clock,
    resolver: createResolver(options.clock, options.lookup),
    open: new Set(),
    closing: false,
  }
  let last: Origin | null = null

  function originOf(scheme: 'http' | 'https', host: string, port: number): Origin {
    if (last !== null && last.port === port && last.host === host && last.scheme === scheme) return last
    const key = `${scheme}://${host}:${port}`
    let origin = origins.get(key)
    if (origin === undefined) {
      if (origins.size >= MAX_ORIGINS) forgetIdle(origins)
      origin = { scheme, host, port, idle: [], queue: new Queue() }
      origins.set(key, origin)
    }
    last = origin
    return origin
  }

  return {
    request(request: ClientRequest, events: ClientEvents): ClientCall {
      const call = new Call(context, originOf(request.scheme, request.host, request.port), request, events)
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
      for (const { idle, queue } of origins.values()) {
        for (const connection of [...idle]) connection.cut()
        for (const dialing of queue.spare) dialing.cancel()
        queue.spare.clear()
      }
    },
  }
}

/** Scripted addresses must not grow the table for ever: places without a connection at rest are looked up anew. */
function forgetIdle(origins: Map<string, Origin>): void {
  for (const [key, origin] of origins) if (origin.idle.length === 0) origins.delete(key)
}
