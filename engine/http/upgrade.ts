/**
 * The one protocol that may take a connection over: WebSocket (RFC 6455 section 4, RFC 9110 7.8). Everything that decides whether
 * it may is here; what follows is bytes that nobody reads.
 *
 * A proxy that opens a tunnel too readily lets a client speak to an upstream past every rule. So: the request has no body, exactly one
 * `Upgrade: websocket` and a lawful key, or it is an ordinary request; an answer other than 101 opens nothing; and a 101 has to prove, by its
 * `Sec-WebSocket-Accept`, that whoever sent it understood.
 */
import { createHash } from 'node:crypto'
import type { HeadNotes } from './head-rules.ts'
import { fieldIn } from './headers.ts'
import type { HeaderList } from './transport.ts'

export type Upgrade = 'websocket'

/** What goes into the head of a request or a 101 that speaks of the upgrade. */
export const upgradeLines = 'Connection: Upgrade\r\nUpgrade: websocket\r\n'

/** Sixteen octets in base64 (RFC 6455 4.1). */
const KEY = /^[A-Za-z0-9+/]{22}==$/

/** Whether a client may be let go on in another protocol; any other wish to upgrade is overlooked, as a server may. */
export function upgradeAsked(
  method: string,
  version: '1.1' | '1.0',
  headers: HeaderList,
  notes: Pick<HeadNotes, 'upgrade' | 'length' | 'chunked' | 'close'>,
): Upgrade | undefined {
  if (!notes.upgrade || notes.close || method !== 'GET' || version !== '1.1') return undefined
  if (notes.length > 0 || notes.chunked) return undefined
  const asked = only(headers, 'upgrade')
  const key = only(headers, 'sec-websocket-key')
  return asked?.toLowerCase() === 'websocket' && key !== undefined && KEY.test(key) ? 'websocket' : undefined
}

/** What is wrong with a 101, in words, or null. `asked` are the fields of the request it answers. */
export function switchTrouble(asked: HeaderList, answered: HeaderList): string | null {
  if (only(answered, 'upgrade')?.toLowerCase() !== 'websocket')
    return 'The upstream switched to another protocol than was asked for'
  if (!/(?:^|[,\s])upgrade(?:[,\s]|$)/i.test(fieldIn(answered, 'connection')))
    return 'The upstream switched protocols without saying so in Connection'
  const accept = only(answered, 'sec-websocket-accept')
  if (accept === undefined || accept !== acceptOf(fieldIn(asked, 'sec-websocket-key')))
    return 'The upstream switched protocols without the right Sec-WebSocket-Accept'
  return null
}

/** The value of `Sec-WebSocket-Accept` for a key (RFC 6455 4.2.2). */
export function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
}

/** The value of a field that is there exactly once. */
function only(headers: HeaderList, lower: string): string | undefined {
  let value: string | undefined
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]!.toLowerCase() !== lower) continue
    if (value !== undefined) return undefined
    value = headers[i + 1]!
  }
  return value
}
