/** What a connection holds that does nothing: resident memory of the proxy before and with 10,000 of them. */
import { setTimeout as pause } from 'node:timers/promises'
import { residentMemory } from '../cpu.ts'
import type { Load } from '../workload.ts'
import { client } from './client.ts'

export const idleConnections = 10_000
/** As long as garbage needs to be noticed. */
const restMs = 4000

export function idle(request: string): Load {
  const holding = async (port: number, connections: number, look: () => Promise<void>) => {
    const { still, go, told } = client('idle', { port, connections, request })
    await still
    await look()
    go()
    await told
  }
  return {
    mostRounds: 1,
    afresh: true,
    columns: [
      { key: 'emptyMiB', head: 'before, MiB', digits: 1 },
      { key: 'fullMiB', head: 'with, MiB', digits: 1 },
      { key: 'kib', head: 'KiB each', digits: 2, beyond: 'node:net' },
    ],
    // A run before it: memory that is taken once is not what a connection holds.
    prepare: ([target]) => holding(target!.port, 1000, async () => {}),
    async measure({ port, pid }) {
      await pause(restMs)
      const empty = residentMemory(pid)
      let full = 0
      await holding(port, idleConnections, async () => {
        await pause(restMs)
        full = residentMemory(pid)
      })
      return {
        emptyMiB: empty / 2 ** 20,
        fullMiB: full / 2 ** 20,
        kib: (full - empty) / 1024 / idleConnections,
      }
    },
  }
}
