/** What a proxy in Node is told: its modules' folder as an argument, its port and upstreams by the environment. */
import { createRequire } from 'node:module'
import { join } from 'node:path'

export const port = Number(process.env['PORT'])
const upstreams = (process.env['UPSTREAMS'] ?? '').split(' ').map((each) => `http://127.0.0.1:${each}`)
let turn = 0

// biome-ignore lint/suspicious/noExplicitAny: what is installed there is not known here
export const load: (name: string) => any = createRequire(join(process.argv[2]!, 'package.json'))

export const host = 'webserver01'

export function next(): string {
  return upstreams[turn++ % upstreams.length]!
}
