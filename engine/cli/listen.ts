/** Reading of the addresses that a command line names. */
import { UsageError } from './exit.ts'

export interface HostPorts {
  readonly host: string
  readonly ports: readonly number[]
}

/** `9001`, `:9001`, `9001-9003`, `0.0.0.0:9001`, `[::1]:9001`. Without a host it is the loopback. */
export function readListen(text: string, flag: string): HostPorts {
  const found = /^(?:(\[[^\]]+\]|[^:]*):)?(\d+)(?:-(\d+))?$/.exec(text)
  const first = Number(found?.[2])
  const last = Number(found?.[3] ?? first)
  if (!found || last > 65535 || last < first || last - first > 999) {
    throw new UsageError(
      `"${text}" is not an address for --${flag}: "9001", "9001-9003" or "0.0.0.0:9001" would be`,
    )
  }
  const host = found[1]?.replace(/^\[|\]$/g, '') || '127.0.0.1'
  return { host, ports: Array.from({ length: last - first + 1 }, (_, at) => first + at) }
}

/** As curl's --connect-to: `HOST:PORT:HOST2:PORT2`; empty matches any host, any port; IPv6 hosts in brackets. */
export function readConnectTo(text: string) {
  const host = String.raw`(\[[^\]]+\]|[^:]*)`
  const found = new RegExp(`^${host}:(\\d*):${host}:(\\d*)$`).exec(text)
  if (!found)
    throw new UsageError(`"${text}" is not of the form HOST:PORT:HOST2:PORT2 that --connect-to takes`)
  const [, from, port, to, toPort] = found
  const bare = (name: string | undefined) => (name ?? '').replace(/^\[|\]$/g, '')
  return { host: bare(from), port: Number(port), toHost: bare(to), toPort: Number(toPort) }
}

/** `10`, `250ms`, `1.5s`, in milliseconds; a bare number counts seconds, as `sleep` takes it. */
export function readDelay(text: string, flag: string): number {
  const found = /^(\d+(?:\.\d+)?)(ms|s|)$/.exec(text)
  if (!found) throw new UsageError(`"${text}" is not a duration for --${flag}: "250ms" or "1.5s" would be`)
  return Number(found[1]) * (found[2] === 'ms' ? 1 : 1000)
}
