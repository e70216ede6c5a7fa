/** Two connections made one: what comes from either side goes to the other, untouched and no faster than that one takes it. */
import type { Clock, Timer } from '../clock.ts'
import type { BodySource, HttpFault, Tunnel } from './transport.ts'

export interface TunnelEnded {
  /** Null: both sides closed in good order. */
  readonly fault: HttpFault | null
  /** Octets of content of each direction. */
  readonly fromClient: number
  readonly fromUpstream: number
}

/** Once one direction is closed the other has this long, and so long again whenever something moves. */
const halfOpenMs = 30_000

/** Joins them until both directions are closed, one breaks, or nothing moves for `idleMs` (0: for ever). `done` is called once. */
export function join(
  ends: { readonly client: Tunnel; readonly upstream: Tunnel },
  { clock, idleMs }: { readonly clock: Clock; readonly idleMs: number },
  done: (ended: TunnelEnded) => void,
): void {
  const { client, upstream } = ends
  let movedAt = clock.now()
  let timer: Timer | null = null
  let over = false
  const up = counted(client.source)
  const down = counted(upstream.source)

  function counted(source: BodySource): BodySource & { bytes: number; ended: boolean } {
    const self = {
      bytes: 0,
      ended: false,
      length: undefined,
      start(sink: Parameters<BodySource['start']>[0]) {
        source.start({
          write: (chunk) => {
            self.bytes += chunk.length
            movedAt = clock.now()
            return sink.write(chunk)
          },
          end: () => {
            self.ended = true
            movedAt = clock.now()
            sink.end()
            if (up.ended && down.ended) finish(null)
            else watch()
          },
          fail: (fault) => {
            sink.fail(fault)
            finish(fault)
          },
        })
      },
      resume: () => source.resume(),
      cancel: () => {
        source.cancel()
        finish({ kind: 'reset', message: 'One side of the tunnel was lost' })
      },
    }
    return self
  }

  function mostIdleMs(): number {
    const most = idleMs === 0 ? Number.POSITIVE_INFINITY : idleMs
    return up.ended || down.ended ? Math.min(most, halfOpenMs) : most
  }

  function watch(): void {
    timer?.cancel()
    const left = movedAt + mostIdleMs() - clock.now()
    if (left <= 0) finish({ kind: 'timeout', message: 'Nothing moved on the connection for too long' })
    else if (left !== Number.POSITIVE_INFINITY) timer = clock.after(left, watch)
  }

  function finish(fault: HttpFault | null): void {
    if (over) return
    over = true
    timer?.cancel()
    if (fault !== null) {
      client.cut()
      upstream.cut()
    }
    done({ fault, fromClient: up.bytes, fromUpstream: down.bytes })
  }

  watch()
  upstream.send(up)
  if (!over) client.send(down)
}
