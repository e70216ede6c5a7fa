import { adminFlags, askChange } from '../admin-client.ts'
import { defineCommand, toggle } from '../command.ts'
import { exit } from '../exit.ts'

export default defineCommand({
  summary: 'Say what an edit would change in a running Temblor, and change nothing',
  details:
    'The running process checks the files and compares; its environment fills in variables. Without PATH it reads the files that it was ' +
    'started with again.\n\nExit codes: 0 nothing would change, 1 the configuration is invalid, 2 there are changes, 69 nothing runs there, 77 ' +
    'not allowed.',
  args: [{ name: '[PATH...]', doc: 'Files, directories of them, or - for YAML from stdin' }],
  flags: { ...adminFlags, json: toggle('Print the changes as JSON') },
  examples: [
    ['temblor plan', 'What SIGHUP would change'],
    ['temblor plan ./config', 'What these files would change'],
  ],
  async run({ args, flags }, terminal) {
    const { bodyOf } = await import('../parcel.ts')
    const { showOutcome } = await import('../outcome.ts')
    const told = await askChange(flags, terminal, { path: '/v1/plan', body: await bodyOf(args, terminal) })
    return told.outcome === 'unchanged' ? exit.done : showOutcome(told, terminal, flags)
  },
})
