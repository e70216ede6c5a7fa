/** The transports there are, by name. */
import { ownTransport } from './own/transport.ts'
import type { Transport } from './transport.ts'

export type TransportName = Transport['name']

export const transports: Readonly<Record<TransportName, Transport>> = {
  own: ownTransport,
  node: ownTransport,
}
