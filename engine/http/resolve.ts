/**
 * Names to addresses. The system's resolver may block a helper thread for ten seconds: so few lookups run at once,
 * known names are refreshed in the background while the last good answer is served, and nobody waits long.
 */
import { lookup } from 'node:dns'
import { isIP } from 'node:net'
import type { Clock } from '../clock.ts'
import { CLIENT_DEFAULTS } from './limits.ts'

export type Lookup = (
  host: string,
  done: (error: string | null, addresses: readonly string[]) => void,
) => void

export interface Resolver {
  /** Calls back, perhaps at once, with addresses or with what went wrong. */
  resolve(host: string, done: (error: string | null, addresses: readonly string[]) => void): void
}

interface Entry {
  addresses: readonly string[]
  /** When they were learned; -Infinity for never. */
  since: number
  waiting: ((error: string | null) => void)[]
  running: boolean
}

const MAX_RUNNING = 2
const MAX_NAMES = 4096

export function createResolver(clock: Clock, find: Lookup = systemLookup): Resolver {
  const entries = new Map<string, Entry>()
  const queue: [string, Entry][] = []
  let running = 0

  function refresh(host: string, entry: Entry): void {
    if (entry.running) return
    entry.running = true
    queue.push([host, entry])
    runNext()
  }

  function runNext(): void {
    if (running >= MAX_RUNNING) return
    const next = queue.shift()
    if (next === undefined) return
    const [host, entry] = next
    running++
    find(host, (error, addresses) => {
      running--
      entry.running = false
      if (error === null && addresses.length > 0) {
        entry.addresses = addresses
        entry.since = clock.now()
      }
      for (const told of entry.waiting.splice(0)) told(error)
      runNext()
    })
  }

  function entryFor(host: string): Entry {
    const known = entries.get(host)
    if (known !== undefined) return known
    if (entries.size >= MAX_NAMES) entries.delete(entries.keys().next().value!)
    const made: Entry = { addresses: [], since: -Infinity, waiting: [], running: false }
    entries.set(host, made)
    return made
  }

  return {
    resolve(host, done) {
      if (isIP(host) !== 0) return done(null, [host])
      const entry = entryFor(host)
      const age = clock.now() - entry.since
      if (age < CLIENT_DEFAULTS.lookupStaleMs) {
        if (age >= CLIENT_DEFAULTS.lookupFreshMs) refresh(host, entry)
        return done(null, entry.addresses)
      }
      let open = true
      const answer = (error: string | null) => {
        if (!open) return
        open = false
        timer.cancel()
        done(error, error === null ? entry.addresses : [])
      }
      const timer = clock.after(CLIENT_DEFAULTS.lookupMs, () => answer('The name was not resolved in time'))
      entry.waiting.push(answer)
      refresh(host, entry)
    },
  }
}

function systemLookup(host: string, done: Parameters<Lookup>[1]): void {
  lookup(host, { all: true }, (error, found) => {
    if (error !== null) done(`The name cannot be resolved: ${error.code ?? 'unknown'}`, [])
    else
      done(
        null,
        found.map((one) => one.address),
      )
  })
}
