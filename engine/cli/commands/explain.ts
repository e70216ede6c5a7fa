import { nearest } from '#dsl/nearest.ts'
import { defineCommand, toggle } from '../command.ts'
import { CommandFailure, exit } from '../exit.ts'

export default defineCommand({
  summary: 'Explain an error code, a component, one of its fields, a function, a command or a word',
  args: [
    {
      name: 'SUBJECT',
      doc: 'E0201, offramp.rest, offramp.rest.concurrency, qos::roundrobin, array::push, onramp',
    },
  ],
  flags: { json: toggle('Print a JSON document') },
  examples: [
    ['temblor explain E0001', 'What a code means, with a wrong and a right piece of program'],
    ['temblor explain array::push', 'What a function does'],
    ['temblor explain onramp', 'What a word means'],
  ],
  async run({ args, flags }, terminal) {
    const { loadSubjects } = await import('../subjects.ts')
    const subjects = await loadSubjects()
    const asked = args[0]!
    const [kind, name, field] = asked.split('.')
    const found = subjects.filter((subject) =>
      name === undefined
        ? subject.name.toLowerCase() === asked.toLowerCase()
        : subject.kind === kind && subject.name === name,
    )
    const explained = field === undefined ? found : await fieldSubjects(kind!, name!, field)
    if (explained.length === 0) throw new CommandFailure(exit.no, notFound(asked, subjects))
    if (flags.json) {
      terminal.out(`${JSON.stringify({ schema: 1, items: explained })}\n`)
      return exit.done
    }
    terminal.out(
      explained
        .map(({ kind, name, doc, more }) => `${kind} ${name}: ${doc}\n${more && `\n${more}\n`}`)
        .join('\n'),
    )
    return exit.done
  },
})

async function fieldSubjects(kind: string, name: string, field: string) {
  const { loadCatalogue } = await import('../../catalogue.ts')
  const { fieldLine } = await import('../subjects.ts')
  const { onramps, offramps, operators } = await loadCatalogue()
  const fields = { onramp: onramps, offramp: offramps, operator: operators }[kind]?.get(name)?.config
  const found = fields?.[field]
  if (found === undefined) return []
  return [{ kind: 'field', name: `${kind}.${name}.${field}`, doc: found.doc, more: fieldLine(field, found) }]
}

function notFound(asked: string, subjects: readonly { kind: string; name: string }[]): string {
  const names = subjects.flatMap(({ kind, name }) => [name, `${kind}.${name}`, name.split('::').at(-1)!])
  const meant = nearest(asked, new Set(names))
  return `Nothing is called "${asked}"${meant ? `, did you mean "${meant}"?` : '; "temblor list" shows what there is'}`
}
