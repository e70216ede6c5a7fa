import { adminFlags, askAdmin } from '../admin-client.ts'
import { defineCommand, toggle } from '../command.ts'
import { exit } from '../exit.ts'
import type { RevisionsShown, StatusShown } from '../status-text.ts'

export default defineCommand({
  summary: 'Show what a running Temblor does, and which upstreams it is well with',
  details:
    'The state is ok, degraded (an upstream of a set is out), down (all of a set are) or draining. Offramps with one `endpoint` and neither ' +
    'health, retries nor a cache know nothing of it, and are not listed.\n\nExit codes: 0 it was shown, whatever the state, 69 nothing runs there, ' +
    '77 not allowed; with --check 1 unless the state is ok.',
  flags: {
    ...adminFlags,
    revisions: toggle('List the configurations that ran, the newest first'),
    check: toggle('Exit with 1 unless the state is ok'),
    json: toggle('Print it as JSON'),
  },
  examples: [
    ['temblor status', 'The one at 127.0.0.1:9898'],
    ['temblor status --json --url 127.0.0.1:9899', 'Another, for a script'],
  ],
  async run({ flags }, terminal) {
    const { revisionsText, statusText } = await import('../status-text.ts')
    if (flags.revisions) {
      const told = (await askAdmin(flags, terminal, { path: '/v1/revisions' })) as RevisionsShown
      terminal.out(flags.json ? `${JSON.stringify(told)}\n` : revisionsText(told))
      return exit.done
    }
    const told = (await askAdmin(flags, terminal, { path: '/v1/status' })) as StatusShown
    terminal.out(flags.json ? `${JSON.stringify(told)}\n` : statusText(told))
    return flags.check && told.state !== 'ok' ? exit.no : exit.done
  },
})
