/** Compressed bytes unpacked within limits: a few bytes may not become many megabytes. */
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { CodecError, TooLarge } from '../codec.ts'
import { definePreprocessor, type PreprocessorDefinition } from '../processor.ts'
import { isLz4, unlz4 } from './packed/lz4.ts'
import { isSnappy, unsnappy } from './packed/snappy.ts'
import { isXz, unxz } from './packed/xz.ts'

/** No message may be longer than this, unpacked. */
const maxUnpacked = 10 * 1024 * 1024
/** Nor this many times as long as it came. Below `freely` bytes nobody counts: short messages may well be repetitions. */
const maxRatio = 100
const freely = 64 * 1024

const kinds = {
  gzip: gunzipSync,
  zlib: inflateSync,
  brotli: brotliDecompressSync,
  zstd: zstdDecompressSync,
  snappy: unsnappy,
  lz4: unlz4,
  xz2: unxz,
} as const

export type Compression = keyof typeof kinds

/** Throws `CodecError` if the bytes are not of this kind or are cut short, `TooLarge` if they would become too long. Stops at the limit. */
export function inflate(kind: Compression, bytes: Uint8Array): Uint8Array {
  const most = Math.min(maxUnpacked, Math.max(bytes.length * maxRatio, freely))
  try {
    return kinds[kind](bytes, { maxOutputLength: most })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ERR_BUFFER_TOO_LARGE') throw new CodecError(`Cannot unpack ${kind} data: ${message}`)
    throw new TooLarge(
      `Cannot unpack ${kind} data: ${bytes.length} bytes become more than ${most}; the limits are 10 MiB and ${maxRatio}:1`,
    )
  }
}

/** What the first bytes say a message is packed with; undefined if nothing does. Brotli has no such bytes. */
export function compressionOf(bytes: Uint8Array): Compression | undefined {
  const [a, b, c, d] = bytes
  if (a === 0x1f && b === 0x8b) return 'gzip'
  if (a === 0x78 && (b === 0x01 || b === 0x5e || b === 0x9c || b === 0xda)) return 'zlib'
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd'
  if (isSnappy(bytes)) return 'snappy'
  if (isLz4(bytes)) return 'lz4'
  if (isXz(bytes)) return 'xz2'
  return undefined
}

/** A preprocessor that unpacks each message by itself. */
export function unpacking(
  kind: Compression,
  examples: PreprocessorDefinition['examples'],
): PreprocessorDefinition {
  return definePreprocessor({
    doc: `Unpacks each message with ${kind}: at most 10 MiB of it, and at most ${maxRatio} times its length.`,
    examples,
    create: () => ({ push: (bytes) => [inflate(kind, bytes)], end: () => [] }),
  })
}
