/** As little as Node can do with a connection: `node:net` that answers and keeps it. The port is in $PORT. */
import { createServer } from 'node:net'

const body = process.env['BODY'] ?? ''
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
)
createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy())
  socket.on('data', () => socket.write(answer))
}).listen({ port: Number(process.env['PORT']), host: '127.0.0.1', backlog: 8192 })
