/** The client: origins, each with its pool, and calls. */

import { dial } from '../dial.ts'
import { createResolver } from '../resolve.ts'
import type { Client, ClientCall, ClientEvents, ClientOptions, ClientRequest } from '../transport.ts'
import { Call } from './call.ts'
import type { ClientContext } from './origin.ts'
import { Origins } from './origins.ts'

export function createClient(options: ClientOptions): Client {
  const origins = new Origins()
  const context: ClientContext = {
    options,
    clock: options.clock,
    resolver: createResolver(options.clock, options.lookup),
    open: new Set(),
    closing: false,
  }
  return {
    request(request: ClientRequest, events: ClientEvents): ClientCall {
      const origin = origins.at(request.scheme, request.host, request.port)
      const call = new Call(context, origin, request, events)
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
      for (const { idle, queue } of origins.all()) {
        for (const connection of [...idle]) connection.cut()
        for (const dialing of queue.spare) dialing.cancel()
        queue.spare.clear()
      }
    },
  }
}
