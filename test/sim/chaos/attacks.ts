/** Requests that would be one for a careless reader and two for another: the second asks with a marker that may arrive nowhere. */
import { connect } from 'node:net'
import type { Chance } from '../chance.ts'
import { poison } from './checker.ts'

let count = 0

export async function attacker(
  ports: readonly number[],
  { chance, goesOn }: { chance: Chance; goesOn: () => boolean },
): Promise<number> {
  let sent = 0
  while (goesOn()) {
    await attack(chance.pick(ports), chance.pick(vectors)(`${poison}-${++count}`))
    sent++
  }
  return sent
}

/** Sends it, waits for whatever comes and for the end of it. */
function attack(port: number, text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const timer = setTimeout(() => socket.destroy(), 300)
    socket.on('connect', () => socket.write(text, 'latin1'))
    socket.on('data', () => {})
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

const top = 'POST /ok HTTP/1.1\r\nhost: chaos\r\nx-marker: a-0\r\nx-behaviour: ok\r\n'
const hidden = (marker: string) => `GET /ok HTTP/1.1\r\nhost: chaos\r\nx-marker: ${marker}\r\n\r\n`
const framed = (fields: string, before: string) => (marker: string) =>
  `${top}${fields}\r\n\r\n${before}${hidden(marker)}`

const vectors: readonly ((marker: string) => string)[] = [
  framed('content-length: 4\r\ntransfer-encoding: chunked', '0\r\n\r\n'),
  framed('transfer-encoding: chunked\r\ncontent-length: 4', '0\r\n\r\n'),
  framed('transfer-encoding: xchunked\r\ncontent-length: 5', '0\r\n\r\n'),
  framed('transfer-encoding : chunked', '0\r\n\r\n'),
  framed('transfer-encoding:\r\n chunked', '0\r\n\r\n'),
  framed('transfer-encoding: chunked\r\ntransfer-encoding: identity', '0\r\n\r\n'),
  framed('transfer-encoding: gzip, chunked', '0\r\n\r\n'),
  framed('content-length: 0\r\ncontent-length: 5', ''),
  framed('content-length: +0', ''),
  framed('content-length: 0, 5', ''),
  framed('content-length: 0x0', ''),
  framed('x-a: b\rcontent-length: 0', ''),
  framed('transfer-encoding: chunked', '0x0\r\n\r\n'),
  framed('transfer-encoding: chunked', '0;a\nb\r\n\r\n'),
  framed('transfer-encoding: chunked', '1\r\nZZ\r\n0\r\n\r\n'),
  framed('transfer-encoding: chunked', '-0\r\n\r\n'),
  framed('transfer-encoding: chunked', '0\n\n'),
  // Its body is a request for those who do not read bodies of GET.
  (marker) => {
    const body = hidden(marker)
    return `GET /ok HTTP/1.1\r\nhost: chaos\r\nx-marker: a-1\r\nx-behaviour: ok\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  },
]
