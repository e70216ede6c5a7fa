/** A wrong answer is an error, not a fast one: what a peer is asked before it is measured. */
import { request } from 'node:http'
import type { Answer, Ask, Place } from './workload.ts'

/** Asks several times, so that each of the upstreams that take turns is met. Throws with what was wrong. */
export async function verify(name: string, place: Place, asks: readonly Ask[]): Promise<void> {
  // Another checkout has its name behind that of the peer.
  const peer = name.replace(/ \([^)]*\)$/, '')
  for (const each of asks.filter(({ notOf = [] }) => !notOf.includes(peer)))
    for (let times = 0; times < 4; times++) {
      const wrong = each.wrong(await ask(place.port, each), place)
      if (wrong !== undefined)
        throw new Error(`${name} answers ${each.method} ${each.path} wrongly: ${wrong}`)
    }
}

function ask(port: number, { method, path, headers = {}, body = '' }: Ask): Promise<Answer> {
  const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: { ...headers, ...length },
        agent: false,
        timeout: 5000,
      },
      async (reply) => {
        const chunks: Buffer[] = []
        for await (const chunk of reply) chunks.push(chunk as Buffer)
        resolve({
          status: reply.statusCode!,
          headers: reply.headers,
          body: Buffer.concat(chunks).toString('latin1'),
        })
      },
    )
    sent.on('error', reject)
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer within 5 s`)))
    sent.end(body)
  })
}
