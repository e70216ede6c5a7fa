/** Proxies in Node, as a user of each would write one: from a folder that they are installed in, not from ours. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Peer } from '../workload.ts'

const programs = { 'http-proxy': 'http-proxy', 'fast-proxy': 'fast-proxy', '@fastify/http-proxy': 'fastify' }

/** Those that are installed below `folder`, as by `npm install http-proxy fast-proxy fastify @fastify/http-proxy`. */
export function nodePeers(folder: string | undefined): Peer[] {
  if (folder === undefined) return []
  return Object.entries(programs).map(([name, program]) => ({
    name,
    available: () => existsSync(join(folder, 'node_modules', name)),
    command: ({ port, upstreams }) => ({
      line: [process.execPath, join(import.meta.dirname, `node/${program}.ts`), resolve(folder)],
      env: { PORT: String(port), UPSTREAMS: upstreams.join(' '), NODE_ENV: 'production' },
    }),
  }))
}
