import { defineCommand, value } from '../command.ts'
import { exit } from '../exit.ts'

export default defineCommand({
  summary: 'Try the language, expression by expression',
  details:
    'What "let", "use", "const" and "fn" say is remembered; "event", "$" and "state" stay as a script leaves them. A text that is ' +
    'not ended goes on in the next line, an empty line ends it. Piped, it reads its input in the same way, and exits with 1 if something failed.',
  args: [{ name: '[FILE]', doc: 'A script to run first: its functions and what it assigns can be used' }],
  flags: { event: value('JSON', 'The event to begin with') },
  examples: [
    ['temblor repl', 'Ask; :help lists what else there is'],
    [`echo 'let a = 1\na + 1' | temblor repl`, 'Two'],
    [`temblor repl --event '{"a": 1}' functions.tremor`, 'Try the functions of a file'],
  ],
  async run({ args: [file], flags }, terminal) {
    const [{ createRepl }, { loadCatalogue }, { worldOf }, { disk, moduleFinder }] = await Promise.all([
      import('../../tools/repl.ts'),
      import('../../catalogue.ts'),
      import('../../world.ts'),
      import('../../binding/files.ts'),
    ])
    const finder = moduleFinder(disk, terminal.environment, () => {})
    const repl = createRepl(worldOf(await loadCatalogue(), finder), terminal.stdout)
    let failed = false
    const deliver = ({ out, err, ...reply }: ReturnType<typeof repl.end>) => {
      if (out !== '') terminal.out(out)
      if (err !== '') terminal.err(err)
      failed ||= reply.failed
      return reply
    }
    if (file !== undefined) deliver(repl.line(`:load ${file}`))
    if (flags.event !== undefined) {
      const { err, failed: bad } = repl.line(`:event ${flags.event}`)
      if (bad) deliver({ out: '', err, more: false, failed: true, quit: false })
    }
    let more = false
    const reader = terminal.readLines({ complete: repl.complete, isBegun: () => more })
    for (;;) {
      const line = await reader.next(more ? '... ' : '> ')
      if (line === undefined) break
      if (line === null) {
        repl.giveUp()
        more = false
        continue
      }
      const reply = deliver(repl.line(line))
      if (reply.quit) break
      more = reply.more
    }
    deliver(repl.end())
    reader.close()
    return failed && !reader.isTerminal ? exit.no : exit.done
  },
})
