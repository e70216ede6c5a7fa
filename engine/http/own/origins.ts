import { newOrigin, type Origin } from './origin.ts'

const MAX_ORIGINS = 10_000

type Scheme = Origin['scheme']

/** The places a client sends to, by host and then by port: a key made of both would be made and hashed with each request. */
export class Origins {
  readonly #hosts = new Map<string, Map<number, Origin>>()
  #size = 0
  /** Requests mostly go to the same place. */
  #last: Origin | null = null

  at(scheme: Scheme, host: string, port: number): Origin {
    const last = this.#last
    if (last !== null && last.port === port && last.host === host && last.scheme === scheme) return last
    const origin = this.#hosts.get(host)?.get(slotOf(scheme, port)) ?? this.#add(scheme, host, port)
    this.#last = origin
    return origin
  }

  #add(scheme: Scheme, host: string, port: number): Origin {
    if (this.#size >= MAX_ORIGINS) this.#forgetIdle()
    const origin = newOrigin(scheme, host, port)
    const ports = this.#hosts.get(host)
    if (ports === undefined) this.#hosts.set(host, new Map([[slotOf(scheme, port), origin]]))
    else ports.set(slotOf(scheme, port), origin)
    this.#size++
    return origin
  }

  *all(): Iterable<Origin> {
    for (const ports of this.#hosts.values()) yield* ports.values()
  }

  /** Scripted addresses must not grow the table for ever: places without a connection at rest are looked up anew. */
  #forgetIdle(): void {
    for (const [host, ports] of this.#hosts) {
      for (const [slot, { idle }] of ports) if (idle.length === 0 && ports.delete(slot)) this.#size--
      if (ports.size === 0) this.#hosts.delete(host)
    }
  }
}

/** The same port speaks plainly and by TLS at different places. */
function slotOf(scheme: Scheme, port: number): number {
  return scheme === 'https' ? -port : port
}
