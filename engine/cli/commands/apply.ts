import { adminFlags, askChange } from '../admin-client.ts'
import { defineCommand, toggle, value } from '../command.ts'

export default defineCommand({
  summary: 'Apply files to a running Temblor, in one step',
  details:
    'What is invalid or cannot start changes nothing. What did not change keeps its connections, its cache and its state; "temblor plan" says ' +
    'beforehand what does. Without PATH the process reads the files that it was started with again. Files that are sent run until the next ' +
    'change or restart: they do not become the files that the process was started with, and a reload of those takes their place.\n\n' +
    'Exit codes: 0 applied or nothing to change, 1 refused, 69 nothing runs there, 75 another revision runs, 77 not allowed.',
  args: [{ name: '[PATH...]', doc: 'Files, directories of them, or - for YAML from stdin' }],
  flags: {
    ...adminFlags,
    'if-revision': value('N', 'Only if this revision runs: nobody changed it meanwhile'),
    json: toggle('Print what came of it as JSON'),
  },
  examples: [
    ['temblor apply', 'Read the files again, as SIGHUP does, and say what came of it'],
    ['temblor apply --if-revision 3 ./config', 'Apply these, unless somebody was faster'],
  ],
  async run({ args, flags }, terminal) {
    const { bodyOf, revisionOf } = await import('../parcel.ts')
    const { showOutcome } = await import('../outcome.ts')
    const expected = revisionOf(flags['if-revision'])
    const body = { ...(await bodyOf(args, terminal)), expected }
    const told = await askChange(flags, terminal, { path: '/v1/apply', body })
    return showOutcome(told, terminal, flags)
  },
})
