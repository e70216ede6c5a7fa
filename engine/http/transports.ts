/** The transports there are, by name. */
import { nodeTransport } from './node/transport.ts'
import { ownTransport } from './own/transport.ts'
import type { Transport } from './transport.ts'

export type TransportName = Transport['name']

export const transports: Readonly<Record<TransportName, Transport>> = {
  own: ownTransport,
  node: nodeTransport,
}
