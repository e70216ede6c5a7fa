/** A peer behind the enricher of the sidecar's page. */
import { join } from 'node:path'
import { type Command, freePort } from '../processes.ts'
import type { Enriched } from '../programs/enriched.ts'
import type { Peer, Place } from '../workload.ts'

/** The enricher with nothing but the destination behind it is what the page calls bare. */
export function enriched({ name, available, command }: Peer): Peer {
  return {
    name,
    available,
    async command(place) {
      const inner = { ...place, port: await freePort() }
      const behind = await command(inner)
      return chain(place, {
        to: behind === undefined ? place.upstreams[0]! : inner.port,
        behind: behind ?? null,
      })
    },
  }
}

function chain({ port }: Place, task: Enriched): Command {
  return {
    line: [process.execPath, join(import.meta.dirname, '../programs/enriched.ts'), JSON.stringify(task)],
    env: { PORT: String(port) },
  }
}
