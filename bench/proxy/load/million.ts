/** A million requests: whether memory stays what it was. */
import { peakMemory, residentMemory } from '../cpu.ts'
import type { Load } from '../workload.ts'
import { costOf, send, type WrkOptions } from './wrk.ts'

const all = 1_000_000
/** Memory that is taken once is taken by then. */
const settled = 200_000

export function million(options: WrkOptions): Load {
  return {
    mostRounds: 1,
    afresh: true,
    columns: [
      { key: 'us', head: 'µs/request', digits: 1, ratio: true },
      { key: 'settledMiB', head: 'after 200,000, MiB', digits: 1 },
      { key: 'endMiB', head: 'after a million', digits: 1 },
      { key: 'peakMiB', head: 'peak', digits: 1 },
      { key: 'requests', head: 'requests', digits: 0 },
      { key: 'failed', head: 'failed', digits: 0 },
    ],
    async measure(target, settings) {
      const seen: { readonly at: number; readonly bytes: number }[] = []
      const told = await costOf(target, async () => {
        let [requests, failed] = [0, 0]
        while (requests < all) {
          const sent = await send(target.port, { ...settings, seconds: 2 }, options)
          requests += sent.requests
          failed += sent.failed
          seen.push({ at: requests, bytes: residentMemory(target.pid) })
        }
        return { requests, failed }
      })
      const mib = (bytes: number) => bytes / 2 ** 20
      return {
        requests: told.requests,
        failed: told.failed,
        us: (told.userMicros + told.kernelMicros) / told.requests,
        settledMiB: mib(seen.find(({ at }) => at >= settled)!.bytes),
        endMiB: mib(seen.at(-1)!.bytes),
        peakMiB: mib(peakMemory(target.pid)),
      }
    },
  }
}
