import { adminFlags, askAdmin } from '../admin-client.ts'
import { defineCommand, value } from '../command.ts'
import { exit, UsageError } from '../exit.ts'
import { readDelay } from '../listen.ts'
import type { StatusShown } from '../status-text.ts'

export default defineCommand({
  summary: 'Show what a running Temblor does, again and again, with the rates of its upstreams',
  details: 'Ends by Ctrl-C.\n\nExit codes: 0 stopped, 69 nothing runs there (any more), 77 not allowed.',
  flags: {
    ...adminFlags,
    interval: value('TIME', 'How long to wait in between', { default: '2s' }),
    count: value('N', 'Stop after so many', { short: 'n' }),
  },
  examples: [
    ['temblor top', 'The one at 127.0.0.1:9898'],
    ['temblor top --interval 10s -n 6', 'For a minute'],
  ],
  async run({ flags }, terminal) {
    const { statusText } = await import('../status-text.ts')
    const pauseMs = readDelay(flags.interval, 'interval')
    const count = flags.count === undefined ? Number.POSITIVE_INFINITY : Number(flags.count)
    if (Number.isNaN(count) || count < 1) throw new UsageError(`"${flags.count}" is not a number for --count`)
    const stop = new AbortController()
    const forget = terminal.onSignals(['SIGINT', 'SIGTERM'], () => stop.abort())
    let before: StatusShown | undefined
    try {
      for (let shown = 0; shown < count && !stop.signal.aborted; shown++) {
        if (shown > 0 && !(await paused(pauseMs, stop.signal))) break
        const now = (await askAdmin(flags, terminal, { path: '/v1/status' })) as StatusShown
        // A person sees one picture that changes; a file gets one after the other.
        const clear = terminal.stdout.isTerminal ? '\u001b[H\u001b[2J' : shown > 0 ? '\n' : ''
        terminal.out(`${clear}${statusText(now)}${ratesText(before, now, pauseMs)}`)
        before = now
      }
    } finally {
      forget()
    }
    return exit.done
  },
})

/** False: it was ended before its time. */
function paused(ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(true), ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve(false)
    })
  })
}

/** Requests a second to each upstream since the last picture. */
function ratesText(before: StatusShown | undefined, now: StatusShown, pauseMs: number): string {
  const lines = now.offramps.flatMap(({ address, upstreams = [] }) => {
    const old = before?.offramps.find((each) => each.address === address)?.upstreams
    if (old === undefined) return []
    return upstreams.flatMap(({ url, attempts }) => {
      const was = old.find((each) => each.url === url)?.attempts
      return was === undefined ? [] : [`  ${((attempts - was) / (pauseMs / 1000)).toFixed(1)}/s to ${url}\n`]
    })
  })
  return lines.length === 0 ? '' : `\n${lines.join('')}`
}
