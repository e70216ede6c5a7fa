import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { host, load, next, port } from './place.ts'

const { proxy } = load('fast-proxy')({ base: next(), maxSockets: 256 })
const rewriteRequestHeaders = (_: IncomingMessage, headers: object) => ({ ...headers, host })
createServer((request: IncomingMessage, response: ServerResponse) =>
  proxy(request, response, request.url, { base: next(), rewriteRequestHeaders }),
).listen(port, '127.0.0.1')
