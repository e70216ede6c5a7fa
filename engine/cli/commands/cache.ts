import { adminFlags, askAdmin } from '../admin-client.ts'
import { defineCommand, toggle, value } from '../command.ts'
import { exit, UsageError } from '../exit.ts'

interface Purged {
  readonly purged: number
  readonly caches: readonly { readonly offramp: string; readonly purged: number }[]
}

export default defineCommand({
  summary: 'Forget answers that a running Temblor keeps',
  details:
    'A URL is that of the upstream, as requests are sent there: "http://10.0.0.1:8080/items?page=2"; a path alone, with its query, is forgotten ' +
    'on every host. A tag is one that an answer carried in Surrogate-Key or Cache-Tag (`tag_headers`). Whoever asks afterwards is given nothing ' +
    'that was asked for before, not even by a fetch that is under way.\n\n' +
    'Exit codes: 0 done, also if nothing was kept, 1 refused, 69 nothing runs there, 77 not allowed.',
  args: [
    { name: 'purge', doc: 'What to do' },
    { name: '[URL]', doc: 'What to forget: a URL, or a path with its query' },
  ],
  flags: {
    ...adminFlags,
    tag: value('TAG', 'Forget the answers that carry this tag'),
    all: toggle('Forget everything'),
    offramp: value('ID', 'In the cache of this offramp alone'),
    json: toggle('Print the counts as JSON'),
  },
  examples: [
    ['temblor cache purge "/items?page=2"', 'One address, whatever the host'],
    ['temblor cache purge --tag product-17', 'All answers about one thing'],
    ['temblor cache purge --all --offramp shop', 'Begin anew'],
  ],
  async run({ args: [action, what], flags }, terminal) {
    if (action !== 'purge') throw new UsageError('Write "temblor cache purge URL", --tag TAG or --all')
    if ([what, flags.tag, flags.all || undefined].filter((each) => each !== undefined).length !== 1)
      throw new UsageError('Name exactly one of a URL, --tag and --all')
    if (what !== undefined && !what.startsWith('/') && !URL.canParse(what))
      throw new UsageError(`"${what}" is neither a URL nor a path: "/items" would be`)
    const body = { url: what, tag: flags.tag, all: flags.all || undefined, offramp: flags.offramp }
    const told = (await askAdmin(flags, terminal, { path: '/v1/cache/purge', body })) as Purged
    if (flags.json) terminal.out(`${JSON.stringify(told)}\n`)
    else for (const { offramp, purged } of told.caches) terminal.out(`${offramp}  ${purged} forgotten\n`)
    return exit.done
  },
})
