/** The cheapest upstream there can be: answers each request head it sees with the same bytes. Prints its port. */
import { createServer } from 'node:net'

const size = Number(process.argv[2] ?? 300)
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nServer: bench\r\nContent-Length: ${size}\r\n\r\n${'x'.repeat(size)}`,
)
const END = Buffer.from('\r\n\r\n')

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    for (let at = chunk.indexOf(END); at !== -1; at = chunk.indexOf(END, at + 4)) socket.write(answer)
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null) console.log(address.port)
})
