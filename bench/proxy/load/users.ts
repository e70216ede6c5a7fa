/** 200 users who think for a second: what a proxy adds to an answer when nothing is in a hurry. */
import type { Load } from '../workload.ts'
import { client } from './client.ts'

export interface UsersOptions {
  readonly request: string
  /** All users begin at once, and so stay nearly in step, as those of the page's tool do; else spread over the second. */
  readonly together: boolean
  /** Of the load, whatever the settings say: a second has only so many requests. */
  readonly leastSeconds?: number
}

interface Told {
  readonly requests: number
  readonly leastMs: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p95Ms: number
  readonly mostMs: number
}

export const users = 200

export function thinkingUsers({ request, together, leastSeconds = 10 }: UsersOptions): Load {
  const ask = (port: number, seconds: number, thinkMs: number) =>
    client<Told>('users', { port, users, thinkMs, together, seconds, request }).told
  return {
    mostRounds: 3,
    columns: [
      { key: 'mostMs', head: 'max ms', digits: 1 },
      { key: 'p95Ms', head: 'p95', digits: 2, ratio: true },
      { key: 'p90Ms', head: 'p90', digits: 2 },
      { key: 'p50Ms', head: 'p50', digits: 2 },
      { key: 'leastMs', head: 'min', digits: 2 },
      { key: 'requests', head: 'requests', digits: 0 },
    ],
    async prepare(targets) {
      // Compilers and pools are warm; it is not the start that is measured.
      for (const { port } of targets) await ask(port, 3, 5)
    },
    measure: async ({ port }, { seconds }) => ({
      ...(await ask(port, Math.max(seconds, leastSeconds), 1000)),
    }),
  }
}
