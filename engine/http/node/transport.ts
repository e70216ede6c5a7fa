/** HTTP/1.1 by Node's server and undici, for whoever trusts those more than us. */
import type { Transport } from '../transport.ts'
import { createClient } from './client.ts'
import { listen } from './server.ts'

export const nodeTransport: Transport = { name: 'node', listen, client: createClient }
