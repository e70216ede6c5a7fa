/** Opens connections, has one answer on each, and stands still until it may go. */
import { once } from 'node:events'
import { Connection, task, tell } from './connection.ts'

const { port, connections, request } = task<{
  readonly port: number
  readonly connections: number
  readonly request: string
}>()
const bytes = Buffer.from(request, 'latin1')
const open: Connection[] = []
const atATime = 50

while (open.length < connections)
  open.push(...(await Promise.all(Array.from({ length: Math.min(atATime, connections - open.length) }, one))))
process.stdout.write('still\n')
process.stdin.resume()
await once(process.stdin, 'end')
for (const connection of open) connection.close()
tell({})

async function one(): Promise<Connection> {
  const connection = await Connection.open(port)
  await new Promise<void>((resolve) => connection.ask(bytes, resolve))
  return connection
}
