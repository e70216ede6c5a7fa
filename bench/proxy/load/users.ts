/** 200 users who think for a second: what a proxy adds to an answer when nothing is in a hurry. */
import type { Arrival } from '../clients/users.ts'
import type { Load } from '../workload.ts'
import { client } from './client.ts'

export interface UsersOptions {
  readonly request: string
  readonly arrival: Arrival
  /** Of the load, whatever the settings say: a second has only so many requests. */
  readonly leastSeconds?: number
  readonly mostRounds?: number
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

export function thinkingUsers(options: UsersOptions): Load {
  const { request, arrival, leastSeconds = 10, mostRounds = 3 } = options
  const ask = (port: number, seconds: number, thinkMs: number) =>
    client<Told>('users', { port, users, thinkMs, arrival, seconds, request }).told
  return {
    mostRounds,
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
