import { adminFlags, lookAtAdmin } from '../admin-client.ts'
import { defineCommand, value } from '../command.ts'
import { exit, UsageError } from '../exit.ts'

export default defineCommand({
  summary: 'Show the events that leave a port of a running Temblor, one JSON line each',
  details:
    'Metadata, and the value where something decoded it: a body that is streamed stays streamed. What names give away as secret (authorization, ' +
    'cookie, token, password) is not shown. Who reads too slowly misses some, and a line says how many. A port that leads nowhere has ' +
    'nothing to show; name a wrong one to see which there are.\n\nExit codes: 0 stopped or the limit reached, 1 no such port, 69 nothing runs ' +
    'there, 77 not allowed.',
  args: [{ name: 'PORT', doc: 'As /offramp/shop/main/out' }],
  flags: { ...adminFlags, limit: value('N', 'Stop after so many events', { short: 'n' }) },
  examples: [
    ['temblor tap /onramp/http_in/01/out', 'Requests as they come in'],
    ['temblor tap -n 1 /offramp/upstream01/01/err', 'The next failure'],
  ],
  async run({ args: [port], flags }, terminal) {
    const limit = flags.limit === undefined ? Number.POSITIVE_INFINITY : Number(flags.limit)
    if (Number.isNaN(limit) || limit < 1)
      throw new UsageError(`"${flags.limit}" is not a number of events for --limit`)
    await lookAtAdmin(flags, terminal, { path: `/v1/tap?port=${encodeURIComponent(port!)}`, limit })
    return exit.done
  },
})
