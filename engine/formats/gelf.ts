/** Messages that came in chunks, put together: GELF over UDP (https://go2docs.graylog.org/current/getting_in_log_data/gelf.html). */
import { CodecError } from '../codec.ts'
import type { Preprocessor } from '../processor.ts'

/** Chunks that wait longer than this for the rest are forgotten, as GELF says. */
const patienceNs = 5_000_000_000n
/** Bytes that may wait; the oldest message gives way. */
const maxWaiting = 16 * 1024 * 1024

interface Parts {
  readonly firstNs: bigint
  readonly chunks: (Uint8Array | undefined)[]
  missing: number
  bytes: number
}

export function gelfChunks(): Preprocessor {
  /** By message id, oldest first. */
  const waiting = new Map<string, Parts>()
  let waitingBytes = 0

  return {
    push(bytes, { ingestNs }) {
      for (const [id, parts] of waiting) {
        if (ingestNs - parts.firstNs <= patienceNs && waitingBytes + bytes.length <= maxWaiting) break
        forget(id, parts)
      }
      const whole = isChunk(bytes) ? add(bytes, ingestNs) : unchunked(bytes)
      return whole === undefined ? [] : [whole]
    },
    end: () => [],
  }

  /** Bytes 2 to 9 are the message id, then the number of the chunk and how many there are. */
  function add(bytes: Uint8Array, ingestNs: bigint): Uint8Array | undefined {
    const id = Buffer.from(bytes.subarray(2, 10)).toString('hex')
    const [number, count] = [bytes[10]!, bytes[11]!]
    if (number >= count) throw new CodecError(`Cannot join GELF chunks: found chunk ${number} of ${count}`)
    const data = bytes.slice(12)
    if (count === 1) return data
    const parts = waiting.get(id) ?? {
      firstNs: ingestNs,
      chunks: Array(count).fill(undefined),
      missing: count,
      bytes: 0,
    }
    if (parts.chunks.length !== count)
      throw new CodecError(
        `Cannot join GELF chunks: message ${id} has ${parts.chunks.length} and ${count} chunks`,
      )
    if (parts.chunks[number] !== undefined) return undefined
    waiting.set(id, parts)
    parts.chunks[number] = data
    parts.bytes += data.length
    waitingBytes += data.length
    if (--parts.missing > 0) return undefined
    forget(id, parts)
    return Buffer.concat(parts.chunks as Uint8Array[], parts.bytes)
  }

  function forget(id: string, parts: Parts): void {
    waiting.delete(id)
    waitingBytes -= parts.bytes
  }
}

function isChunk(bytes: Uint8Array): boolean {
  return bytes.length >= 12 && bytes[0] === 0x1e && bytes[1] === 0x0f
}

/** JSON, compressed JSON, or what Wayfair marks as uncompressed. */
function unchunked(bytes: Uint8Array): Uint8Array {
  const [a, b] = bytes
  if (a === 0x1f && b === 0x3c) return bytes.slice(2)
  if (a === 0x7b || (a === 0x1f && b === 0x8b) || a === 0x78) return bytes.slice()
  const found = bytes.length === 0 ? 'nothing' : `0x${Buffer.from(bytes.subarray(0, 2)).toString('hex')}`
  throw new CodecError(
    `Cannot read GELF: a message begins with 0x1e0f (a chunk), "{", gzip or zlib data; found ${found}`,
  )
}
