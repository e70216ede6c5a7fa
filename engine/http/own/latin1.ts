import { Buffer } from 'node:buffer'

/** Octets to characters one to one, by the calls beneath `Buffer.toString`: these run several times a message. */
interface Calls {
  latin1Slice(this: Uint8Array, from: number, to: number): string
  latin1Write(this: Uint8Array, text: string, at: number, size: number): number
}

const { latin1Slice, latin1Write } = Buffer.prototype as unknown as Calls

export function latin1(bytes: Uint8Array, from = 0, to = bytes.length): string {
  return latin1Slice.call(bytes, from, to)
}

export function writeLatin1(bytes: Uint8Array, text: string): void {
  latin1Write.call(bytes, text, 0, text.length)
}

/** The same text in one piece: what was put together of others would be gone through again each time it is written. */
export function flat(text: string): string {
  return latin1(Buffer.from(text, 'latin1'))
}

const encoder = new TextEncoder()

/** The UTF-8 octets of a text: as the text itself if it is ASCII. */
export function utf8AsLatin1(text: string): string {
  return Buffer.byteLength(text) === text.length ? text : latin1(encoder.encode(text))
}
