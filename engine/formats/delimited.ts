/** Streams of bytes cut at a separator. */
import { CodecError } from '../codec.ts'
import type { Preprocessor } from '../processor.ts'

const maxLength = 1_048_576

/**
 * Keeps what follows the last separator until the rest of it arrives, or the stream ends. A message of more than 1 MiB is
 * an error; what belongs to it is passed over, and the messages around it come out all the same.
 */
export function delimited(separator: number): Preprocessor {
  let ready: Uint8Array[] = []
  let held: Uint8Array[] = []
  let length = 0
  let skipping = false

  return {
    push(bytes) {
      let start = 0
      let tooLong = 0
      for (let end = bytes.indexOf(separator); end >= 0; end = bytes.indexOf(separator, start)) {
        if (!take(bytes.subarray(start, end))) tooLong = length
        if (!skipping) ready.push(joined(held, length))
        clear()
        start = end + 1
      }
      if (start < bytes.length && !take(bytes.subarray(start))) tooLong = length
      if (tooLong > 0)
        throw new CodecError(`Cannot split the stream: a message of ${tooLong} bytes or more exceeds 1 MiB`)
      return taken()
    },
    end() {
      if (length > 0 && !skipping) ready.push(joined(held, length))
      clear()
      return taken()
    },
  }

  /** False where a message has become too long just now. */
  function take(piece: Uint8Array): boolean {
    if (skipping) return true
    length += piece.length
    if (length > maxLength) {
      skipping = true
      held = []
      return false
    }
    // The pieces outlive the call, the bytes they were cut from may not.
    held.push(piece.slice())
    return true
  }

  function clear(): void {
    held = []
    length = 0
    skipping = false
  }

  function taken(): readonly Uint8Array[] {
    const messages = ready
    ready = []
    return messages
  }
}

/** Cuts each piece of the stream by itself; what is at its end is a message too. */
export function delimitedOnce(separator: number): Preprocessor {
  return {
    push(bytes) {
      const messages: Uint8Array[] = []
      let start = 0
      for (let end = bytes.indexOf(separator); end >= 0; end = bytes.indexOf(separator, start)) {
        messages.push(bytes.slice(start, end))
        start = end + 1
      }
      if (start < bytes.length) messages.push(bytes.slice(start))
      return messages
    },
    end: () => [],
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, length)
}
