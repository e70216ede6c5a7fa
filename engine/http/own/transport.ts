/** HTTP/1.1 of our own on `node:net`: strict, and as cheap as the kernel allows. */
import type { Transport } from '../transport.ts'
import { createClient } from './client.ts'
import { listen } from './server.ts'

export const ownTransport: Transport = { name: 'own', listen, client: createClient }
