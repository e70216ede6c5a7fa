/** A WebSocket server of few lines (RFC 6455): it shakes hands, tells what octets it was sent, and says what it is told. */
import { createServer, type Socket } from 'node:net'
import { acceptOf } from '#engine/http/upgrade.ts'

export interface Peer {
  readonly socket: Socket
  /** The head of the request. */
  readonly head: string
  /** Octets behind the head. */
  received: Buffer
  ended: boolean
  closed: boolean
}

export interface WebSocketServer {
  readonly port: number
  readonly peers: readonly Peer[]
  close(): void
}

export interface Behaviour {
  /** The answer to the head; absent, a proper 101. */
  answer?: (head: string) => string
  /** Called for octets behind the head. */
  data?: (peer: Peer, fresh: Buffer) => void
  joined?: (peer: Peer) => void
}

export async function webSocketServer(behaviour: Behaviour = {}): Promise<WebSocketServer> {
  const peers: Peer[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let text = Buffer.alloc(0)
    let peer: Peer | null = null
    socket.on('data', (chunk: Buffer) => {
      if (peer !== null) {
        peer.received = Buffer.concat([peer.received, chunk])
        return behaviour.data?.(peer, chunk)
      }
      text = Buffer.concat([text, chunk])
      const to = text.indexOf('\r\n\r\n')
      if (to < 0) return
      const head = text.subarray(0, to).toString('latin1')
      peer = { socket, head, received: text.subarray(to + 4), ended: false, closed: false }
      peers.push(peer)
      socket.write((behaviour.answer ?? handshake)(head), 'latin1')
      behaviour.joined?.(peer)
      if (peer.received.length > 0) behaviour.data?.(peer, peer.received)
    })
    socket.on('end', () => {
      if (peer !== null) peer.ended = true
      else socket.end()
    })
    socket.on('close', () => {
      if (peer !== null) peer.closed = true
    })
    socket.on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve).unref())
  return {
    port: (server.address() as { port: number }).port,
    peers,
    close() {
      server.close()
      for (const { socket } of peers) socket.destroy()
    },
  }
}

/** The 101 to a request's head, with the subprotocol that was asked for first. */
export function handshake(head: string): string {
  const key = /^sec-websocket-key: *(\S+)/im.exec(head)?.[1] ?? ''
  const protocol = /^sec-websocket-protocol: *([^,\s]+)/im.exec(head)?.[1]
  const chosen = protocol === undefined ? '' : `Sec-WebSocket-Protocol: ${protocol}\r\n`
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf(key)}\r\n${chosen}\r\n`
}

/** Answers each whole frame of up to 125 octets in kind, unmasked: text, binary and close as they came, a ping by a pong. */
export function echo(peer: Peer, _fresh: Buffer): void {
  for (;;) {
    const buffer = peer.received
    const size = (buffer[1] ?? 0) & 0x7f
    if (buffer.length < 6 || size > 125 || buffer.length < 6 + size) return
    const mask = buffer.subarray(2, 6)
    const content = Buffer.from(buffer.subarray(6, 6 + size).map((octet, i) => octet ^ mask[i % 4]!))
    peer.received = buffer.subarray(6 + size)
    const opcode = buffer[0]! & 0x0f
    const first = opcode === 9 ? 0x8a : buffer[0]!
    peer.socket.write(Buffer.concat([Buffer.from([first, size]), content]))
    if (opcode === 8) peer.socket.end()
  }
}
