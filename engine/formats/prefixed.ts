/** Streams of messages that each announce their length. */
import { CodecError } from '../codec.ts'
import type { Preprocessor } from '../processor.ts'

/** No message may announce more. */
const maxLength = 16 * 1024 * 1024

/** The length that the bytes begin with, and how many bytes it takes; undefined if it is not whole yet. Throws `CodecError`. */
export type ReadLength = (bytes: Buffer) => { readonly length: number; readonly size: number } | undefined

/** After an error nothing tells where the next message begins: the rest of the stream is refused. */
export function prefixed(readLength: ReadLength): Preprocessor {
  let rest = Buffer.alloc(0)
  let broken = false

  return {
    push(bytes) {
      if (broken) throw new CodecError('Cannot split the stream: its lengths were lost before')
      rest = Buffer.concat([rest, bytes])
      const messages: Uint8Array[] = []
      let start = 0
      for (let head = next(start); head !== undefined; head = next(start)) {
        const end = start + head.size + head.length
        if (end > rest.length) break
        messages.push(Uint8Array.prototype.slice.call(rest, start + head.size, end))
        start = end
      }
      rest = rest.subarray(start)
      return messages
    },
    end() {
      const left = rest.length
      rest = Buffer.alloc(0)
      if (left > 0 && !broken)
        throw new CodecError(`Cannot split the stream: it ends within a message, after ${left} bytes`)
      return []
    },
  }

  function next(start: number): ReturnType<ReadLength> {
    try {
      const head = readLength(rest.subarray(start))
      if (head === undefined || head.length <= maxLength) return head
      throw new CodecError(`Cannot split the stream: a message of ${head.length} bytes exceeds 16 MiB`)
    } catch (error) {
      broken = true
      throw error
    }
  }
}
