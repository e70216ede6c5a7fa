import type { BodySource, HttpFault } from './transport.ts'

/**
 * Reads a body whole. `done` is called once: with the bytes, or with a fault, `body_too_large` if it is longer than `limit` octets.
 */
export function collect(
  source: BodySource,
  limit: number,
  done: (bytes: Uint8Array | null, fault: HttpFault | null) => void,
): void {
  if (source.length !== undefined && source.length > limit) {
    tooLarge(source, limit, done)
    return
  }
  const chunks: Uint8Array[] = []
  let total = 0
  let over = false
  source.start({
    write(chunk) {
      if (over) return true
      total += chunk.length
      if (total > limit) {
        over = true
        tooLarge(source, limit, done)
        return true
      }
      // Not `slice`: of a Buffer that is a view of the memory it is read into again.
      chunks.push(Buffer.from(chunk))
      return true
    },
    end() {
      if (over) return
      over = true
      done(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, total), null)
    },
    fail(fault) {
      if (over) return
      over = true
      done(null, fault)
    },
  })
}

function tooLarge(source: BodySource, limit: number, done: (bytes: null, fault: HttpFault) => void): void {
  done(null, { kind: 'body_too_large', message: `the body is longer than ${limit} octets` })
  source.cancel()
}

/** Reads a body and throws it away, so that its connection can be used again; `done` at its end, or once it is longer than `most` octets. */
export function discard(source: BodySource, most: number, done: () => void): void {
  let total = 0
  let over = false
  const finish = () => {
    if (over) return
    over = true
    done()
  }
  source.start({
    write(chunk) {
      total += chunk.length
      if (total > most && !over) {
        finish()
        source.cancel()
      }
      return true
    },
    end: finish,
    fail: finish,
  })
}
