/** What there is to compare with when there is no proxy. */
import { join } from 'node:path'
import { small } from '../upstream.ts'
import type { Peer } from '../workload.ts'

/** The upstream itself. */
export const bare: Peer = { name: 'bare', available: () => true, command: () => undefined }

/** Connections on `node:net`, with nothing behind them. */
export const bareNode: Peer = {
  name: 'node:net',
  available: () => true,
  command: ({ port }) => ({
    line: [process.execPath, join(import.meta.dirname, '../programs/bare-node.ts')],
    env: { PORT: String(port), BODY: small },
  }),
}
