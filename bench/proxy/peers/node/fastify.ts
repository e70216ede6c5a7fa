import { host, load, next, port } from './place.ts'

const app = load('fastify')()
app.register(load('@fastify/http-proxy'), {
  upstream: '',
  undici: { connections: 256 },
  replyOptions: {
    getUpstream: next,
    rewriteRequestHeaders: (_: unknown, headers: object) => ({ ...headers, host }),
  },
})
await app.listen({ port, host: '127.0.0.1' })
