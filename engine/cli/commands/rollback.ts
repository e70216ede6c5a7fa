import { adminFlags, askChange } from '../admin-client.ts'
import { defineCommand, toggle, value } from '../command.ts'

export default defineCommand({
  summary: 'Go back to a configuration that ran before',
  details:
    'The last ten are remembered, by the running process: "temblor status --revisions" lists them. Files stay as they are: mend them, or the ' +
    'next reload brings the change back.\n\n' +
    'Exit codes: 0 done, 1 there is nothing to go back to or it cannot start, 69 nothing runs there, 75 another revision runs, 77 not allowed.',
  args: [{ name: '[REVISION]', doc: 'Which one; the one before, if none is named' }],
  flags: {
    ...adminFlags,
    'if-revision': value('N', 'Only if this revision runs: nobody changed it meanwhile'),
    json: toggle('Print what came of it as JSON'),
  },
  examples: [
    ['temblor rollback', 'Undo the last change'],
    ['temblor rollback 3', 'What ran as revision 3 runs again, as a revision of its own'],
  ],
  async run({ args: [to], flags }, terminal) {
    const { revisionOf } = await import('../parcel.ts')
    const { showOutcome } = await import('../outcome.ts')
    const body = { to: revisionOf(to), expected: revisionOf(flags['if-revision']) }
    const told = await askChange(flags, terminal, { path: '/v1/rollback', body })
    return showOutcome(told, terminal, flags)
  },
})
