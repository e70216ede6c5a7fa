/**
 * What stands in the files of a log, one record after another:
 *
 *     length u32 | CRC-32 of the body u32 | body            little-endian
 *     body: 'E' sequence u48 event                           stored
 *           'C' sequence u48 …                               confirmed: these need not be sent again
 *
 * A record that is not whole, and all after it in its file, counts as never written.
 */
import { crc32 } from 'node:zlib'
import { integer } from '#dsl/number.ts'
import type { Origin } from '#dsl/program.ts'
import type { Rec, Value } from '#dsl/value.ts'
import { pack, unpack } from '../formats/msgpack.ts'
import { Payload } from '../payload.ts'

/** What of an event is kept. Its flight and trail end with the process. */
export interface Stored {
  readonly payload: Payload
  readonly meta: Rec
  readonly ingestNs: bigint
  readonly origin: Origin | null
  readonly isBatch: boolean
}

export type LogRecord =
  | { readonly kind: 'event'; readonly sequence: number; readonly event: Uint8Array; readonly size: number }
  | { readonly kind: 'confirmed'; readonly sequences: readonly number[] }

const headBytes = 8
const sequenceBytes = 6
const eventKind = 0x45
const confirmedKind = 0x43

/** Throws `MsgpackError` if the value nests too deep. */
export function encodeStored({ payload, meta, ingestNs, origin, isBatch }: Stored): Uint8Array {
  const { value, bytes, contentType } = payload
  const hasValue = value !== undefined
  const fields: Value = [
    integer(ingestNs) ?? 0,
    isBatch,
    hasValue,
    hasValue ? value : null,
    bytes,
    contentType,
    meta,
    origin as Rec | null,
  ]
  return pack(fields, { numberText: true })
}

/** Throws `MsgpackError`, or a `TypeError` on bytes that `encodeStored` did not write. */
export function decodeStored(bytes: Uint8Array): Stored {
  const fields = unpack(bytes) as readonly Value[]
  const [ingestNs, isBatch, hasValue, value, body, contentType, meta, origin] = fields
  return {
    payload: new Payload(
      null,
      body as Uint8Array | null,
      hasValue ? (value as Value) : undefined,
      contentType as string,
    ),
    meta: meta as Rec,
    ingestNs: BigInt(ingestNs as number | bigint),
    origin: origin as Origin | null,
    isBatch: isBatch as boolean,
  }
}

export function eventRecord(sequence: number, event: Uint8Array): Uint8Array {
  const body = Buffer.allocUnsafe(1 + sequenceBytes + event.length)
  body[0] = eventKind
  body.writeUIntLE(sequence, 1, sequenceBytes)
  body.set(event, 1 + sequenceBytes)
  return framed(body)
}

export function confirmedRecord(sequences: readonly number[]): Uint8Array {
  const body = Buffer.allocUnsafe(1 + sequenceBytes * sequences.length)
  body[0] = confirmedKind
  for (const [at, sequence] of sequences.entries())
    body.writeUIntLE(sequence, 1 + at * sequenceBytes, sequenceBytes)
  return framed(body)
}

/** The whole records at the start of a file, and how many bytes they take. */
export function readRecords(file: Uint8Array): {
  readonly records: readonly LogRecord[]
  readonly whole: number
} {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  const records: LogRecord[] = []
  let at = 0
  while (at + headBytes <= bytes.length) {
    const length = bytes.readUInt32LE(at)
    const end = at + headBytes + length
    // An empty body is never written, but a file may end in zeros that look like one.
    if (length === 0 || end > bytes.length) break
    const body = bytes.subarray(at + headBytes, end)
    if (crc32(body) !== bytes.readUInt32LE(at + 4)) break
    records.push(read(body, end - at))
    at = end
  }
  return { records, whole: at }
}

function read(body: Buffer, size: number): LogRecord {
  const sequence = (at: number) => body.readUIntLE(at, sequenceBytes)
  if (body[0] === eventKind)
    return { kind: 'event', sequence: sequence(1), event: body.subarray(1 + sequenceBytes), size }
  const count = Math.floor((body.length - 1) / sequenceBytes)
  return {
    kind: 'confirmed',
    sequences: Array.from({ length: count }, (_, at) => sequence(1 + at * sequenceBytes)),
  }
}

function framed(body: Buffer): Uint8Array {
  const record = Buffer.allocUnsafe(headBytes + body.length)
  record.writeUInt32LE(body.length, 0)
  record.writeUInt32LE(crc32(body), 4)
  record.set(body, headBytes)
  return record
}
