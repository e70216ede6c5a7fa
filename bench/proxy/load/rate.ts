/** A constant rate: half of what Temblor could do in this run, the same for all. */
import type { Load } from '../workload.ts'
import { client } from './client.ts'
import { costOf, send, type WrkOptions, warm } from './wrk.ts'

export interface RateOptions extends WrkOptions {
  readonly request: string
  /** Whose capacity it is half of. */
  readonly of: string
}

interface Told {
  readonly requests: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly mostMs: number
}

export function rate({ request, of, ...options }: RateOptions): Load {
  let perSecond = 0
  return {
    columns: [
      { key: 'perSecond', head: 'requests/s', digits: 0 },
      { key: 'us', head: 'µs/request', digits: 1, ratio: true },
      { key: 'p50Ms', head: 'p50 ms', digits: 2 },
      { key: 'p99Ms', head: 'p99 ms', digits: 2, beyond: 'bare', ratio: true },
      { key: 'mostMs', head: 'most ms', digits: 1, of: 'most' },
    ],
    async prepare(targets, settings) {
      for (const { port } of targets) await warm(port, settings, options)
      const { port } = targets.find(({ name }) => name === of)!
      const { requests, seconds } = await send(port, settings, options)
      perSecond = Math.round(requests / seconds / 2)
    },
    async measure(target, { seconds, connections }) {
      const task = { port: target.port, rate: perSecond, seconds, connections, request }
      const told = await costOf(target, () => client<Told>('rate', task).told)
      return { ...told, us: (told.userMicros + told.kernelMicros) / told.requests }
    },
  }
}
