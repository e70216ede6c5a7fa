/** The transports there are, by name. Loaded when chosen: undici alone is a sixth of a start and 10 MiB. */
import type { Transport } from './transport.ts'

export type TransportName = Transport['name']

export async function loadTransport(name: TransportName): Promise<Transport> {
  if (name === 'node') return (await import('./node/transport.ts')).nodeTransport
  return (await import('./own/transport.ts')).ownTransport
}
