import { Agent, createServer } from 'node:http'
import { host, load, next, port } from './place.ts'

const agent = new Agent({ keepAlive: true, maxSockets: 256 })
const proxy = load('http-proxy').createProxyServer({ agent, headers: { host } })
createServer((request, response) => proxy.web(request, response, { target: next() })).listen(
  port,
  '127.0.0.1',
)
