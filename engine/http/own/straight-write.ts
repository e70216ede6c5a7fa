/**
 * Writing by the handle beneath a socket: the kernel takes a small message whole at once, so nothing needs to be queued, called back
 * or counted by the stream above, which is two microseconds of a request. What the kernel does not take the handle sends on by
 * itself, in order with what the stream writes later. Where Node writes by other rules than those known here, messages go by the
 * stream as any other.
 */
import type { Socket } from 'node:net'

/** A write that the kernel did not take at once. */
interface Dispatched {
  handle: Handle
  oncomplete: (status: number) => void
  /** Set if it ended before anybody could listen. */
  writeStatus: number | null
}

export interface Handle {
  /** 0 if the kernel took it whole, the negative number of an error, or the write that is under way. */
  writeLatin1String(request: null, text: string): number | Dispatched
}

/** Whether streams hand their handle no request of their own making (Node 26), which is what is done here. Unknown at first. */
let known: boolean | undefined

/** The handle to write to, or null if this socket has none that is known to work so. */
export function straightHandle(socket: Socket): Handle | null {
  const handle = (socket as unknown as { _handle?: Handle | null })._handle
  if (handle === null || handle === undefined || handle.constructor.name !== 'TCP') return null
  if (typeof handle.writeLatin1String !== 'function') return null
  if (known === undefined) watchFirstWrite(handle)
  return known === false ? null : handle
}

/** What the stream itself hands to the handle shows by which rules this Node writes. */
function watchFirstWrite(handle: Handle): void {
  handle.writeLatin1String = function (request: null, text: string) {
    delete (this as Partial<Handle>).writeLatin1String
    known = request === null
    return this.writeLatin1String(request, text)
  }
}

/** The text is with the kernel. */
export const TAKEN = 0
/** The handle sends what is left of it; `done` follows. */
export const LATER = 1
/** Nothing was written: the stream must do it. */
export const NOT_SO = 2

/**
 * Hands latin1 text to the kernel: TAKEN, LATER, NOT_SO, or the negative number of an error. Nothing may be waiting in the stream above.
 * `done` is called only behind LATER.
 */
export function writeStraight(handle: Handle, text: string, done: () => void): number {
  if (known !== true) return NOT_SO
  const result = handle.writeLatin1String(null, text)
  if (typeof result === 'number') return result
  if (result.writeStatus != null) return result.writeStatus
  result.handle = handle
  result.oncomplete = done
  return LATER
}
