import { nearest } from '#dsl/nearest.ts'
import { defineCommand, toggle } from '../command.ts'
import { exit, UsageError } from '../exit.ts'

export default defineCommand({
  summary: 'List what there is to build with: ramps, operators, codecs, functions, commands, errors',
  args: [
    {
      name: '[KIND]',
      doc: 'onramps, offramps, operators, codecs, functions, extractors, aggregates, commands, errors, warnings, words',
    },
  ],
  flags: { json: toggle('Print a JSON document') },
  examples: [
    ['temblor list operators', 'What a pipeline can be made of'],
    ['temblor list functions --json', 'For scripts'],
  ],
  async run({ args, flags }, terminal) {
    const { kinds, loadSubjects } = await import('../subjects.ts')
    const wanted = args[0]?.replace(/s$/, '')
    if (wanted !== undefined && !(kinds as readonly string[]).includes(wanted)) {
      const meant = nearest(wanted, kinds)
      const hint = meant
        ? `did you mean "${meant}s"?`
        : `there are ${kinds.map((kind) => `${kind}s`).join(', ')}`
      throw new UsageError(`Nothing is called "${args[0]}" here, ${hint}`)
    }
    const subjects = (await loadSubjects()).filter(({ kind }) => wanted === undefined || kind === wanted)
    const rows = subjects.map(({ kind, name, doc }) => ({ kind, name, doc }))
    if (flags.json) {
      terminal.out(`${JSON.stringify({ schema: 1, items: rows })}\n`)
      return exit.done
    }
    const widest = Math.max(0, ...rows.map(({ name }) => name.length))
    for (const { kind, name, doc } of rows) {
      terminal.out(
        `${wanted === undefined ? kind.padEnd(15) : ''}${name.padEnd(widest + 2)}${firstSentence(doc)}\n`,
      )
    }
    return exit.done
  },
})

function firstSentence(doc: string): string {
  return /^.*?[.](?=\s|$)/s.exec(doc)?.[0].replace(/\s+/g, ' ') ?? doc.split('\n', 1)[0]!
}
