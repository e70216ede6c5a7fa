/** The numbers of the HTTP edge: defaults of what may be set, and the constants of what may not. */
import { readFileSync } from 'node:fs'
import type { ServerLimits } from './transport.ts'

/** Bytes of later requests that are held while one is being answered; beyond, the socket is paused. */
export const EARLY_BYTES = 16 * 1024
/** Of a request body that nobody wants, this much is read and thrown away so that the connection can live on. */
export const DRAIN_BYTES = 64 * 1024
/** After the last answer a connection is read from for this long, lest a reset overtakes the answer. With it a slow client is gone by its limit and 1.5 s. */
export const LINGER_MS = 1000
/** When draining, idle connections are cut after this long: their next request may already be on its way. */
export const IDLE_CUT_MS = 1000
/** Head and body up to this size leave in one write. */
export const ONE_WRITE_BYTES = 16 * 1024
/** Octets by which chunk sizes and extensions may outgrow the data they frame, over a whole body. */
export const CHUNK_OVERHEAD_BYTES = 16 * 1024
/** Bounds of a trailer section. */
export const MAX_TRAILER_BYTES = 8 * 1024
export const MAX_TRAILERS = 50

export const CLIENT_DEFAULTS = {
  connectMs: 3000,
  firstByteMs: 15_000,
  bodyIdleMs: 30_000,
  idleMs: 4000,
  maxIdlePerOrigin: 256,
  /** Bounds of an answer's head. */
  maxHeadBytes: 64 * 1024,
  maxHeaders: 200,
  /** A name that cannot be resolved within this time is a fault. */
  lookupMs: 1000,
  /** A name is looked up again, in the background, once its addresses are this old. */
  lookupFreshMs: 10_000,
  /** Addresses older than this are not used any more, though no lookup succeeded since. */
  lookupStaleMs: 300_000,
} as const

export function defaultServerLimits(): ServerLimits {
  return {
    maxHeadBytes: 16 * 1024,
    maxHeaders: 100,
    maxTargetBytes: 8 * 1024,
    headMs: 10_000,
    bodyIdleMs: 30_000,
    keepAliveMs: 60_000,
    writeIdleMs: 30_000,
    maxConnections: connectionsFor(openFileLimit()),
  }
}

/** Leaves descriptors for upstream sockets and files: all but 4,096, and under tight limits 40 in a hundred. */
export function connectionsFor(openFiles: number): number {
  if (openFiles < 8192) return Math.max(1, Math.floor(openFiles * 0.4))
  return Math.min(openFiles - 4096, 1_000_000)
}

function openFileLimit(): number {
  try {
    const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'latin1'))
    return line === null || line[1] === 'unlimited' ? 1_048_576 : Number(line[1])
  } catch {
    return 8192
  }
}
