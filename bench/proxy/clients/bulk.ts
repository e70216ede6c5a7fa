/** Gets or posts one long body and looks at what comes: each 64 KiB block consists of octets that tell its number. */
import { request } from 'node:http'
import { blockOf, blockSize, checker } from '../programs/blocks.ts'
import { task, tell } from './connection.ts'

const { port, direction, bytes } = task<{
  readonly port: number
  readonly direction: 'up' | 'down'
  readonly bytes: number
}>()
const from = performance.now()

if (direction === 'down') {
  const sent = request({ host: '127.0.0.1', port, path: `/${bytes}` }, async (answer) => {
    const check = checker()
    for await (const chunk of answer) check.take(chunk as Buffer)
    done(check.bytes)
  })
  sent.end()
} else {
  const sent = request(
    { host: '127.0.0.1', port, path: '/', method: 'POST', headers: { 'content-length': bytes } },
    async (answer) => {
      let text = ''
      for await (const chunk of answer) text += chunk
      done(Number(text))
    },
  )
  let block = 0
  const write = () => {
    while (block * blockSize < bytes) if (!sent.write(blockOf(block++))) return sent.once('drain', write)
    return sent.end()
  }
  write()
}

function done(received: number): void {
  if (received !== bytes) throw new Error(`${received} of ${bytes} octets arrived`)
  tell({ seconds: (performance.now() - from) / 1000 })
}
