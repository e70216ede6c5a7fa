import { nearest } from '#dsl/nearest.ts'
import { defineCommand, toggle } from '../command.ts'
import { CommandFailure, exit } from '../exit.ts'
import type { Subject } from '../subjects.ts'

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
    const found =
      name === undefined
        ? named(asked, subjects)
        : subjects.filter((subject) => subject.kind === kind && subject.name === name)
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

/** What has the name as it is written in scripts (`std::string::len`), by itself (`len`), or without the zeros of a code. */
function named(asked: string, subjects: readonly Subject[]): readonly Subject[] {
  const code = /^([ew])0*(\d{1,4})$/i.exec(asked)
  const plain = asked.toLowerCase().replace(/(?:\(.*\)|\/\d+)$/, '')
  const wanted = code === null ? plain : `${code[1]}${code[2]!.padStart(4, '0')}`.toLowerCase()
  const isWanted = (name: string): boolean => name.toLowerCase() === wanted
  const whole = subjects.filter(({ name }) => isWanted(name))
  const rooted = /^(?:std|tremor|core|aggr|cncf::otel|cncf)::(.+)$/.exec(wanted)?.[1]
  const inLibrary = subjects.filter(({ name }) => rooted !== undefined && name.toLowerCase() === rooted)
  const functions = subjects.filter(({ kind }) => kind === 'function' || kind === 'aggregate')
  const parts = functions.filter(({ name }) => isWanted(name.split('::').at(-1)!))
  const module = moduleNamed(rooted ?? wanted, functions)
  const found = [...whole, ...inLibrary, ...module]
  return found.length > 0 ? found : parts
}

/** A module is what is in it. */
function moduleNamed(path: string, functions: readonly Subject[]): readonly Subject[] {
  const inside = functions.filter(({ name }) => name.startsWith(`${path}::`))
  if (inside.length === 0) return []
  const lines = inside.map(({ name, doc }) => `  ${name}: ${doc.split('\n', 1)[0]}`)
  const doc = `${inside.length} function${inside.length === 1 ? '' : 's'}`
  return [{ kind: 'module', name: path, doc, more: lines.join('\n') }]
}

async function fieldSubjects(kind: string, name: string, field: string) {
  const { loadCatalogue } = await import('../../catalogue.ts')
  const { fieldLine } = await import('../subjects.ts')
  const { onramps, offramps, operators } = await loadCatalogue()
  const fields = { onramp: onramps, offramp: offramps, operator: operators }[kind]?.get(name)?.config
  const found = fields?.[field]
  if (found === undefined) return []
  return [{ kind: 'field', name: `${kind}.${name}.${field}`, doc: found.doc, more: fieldLine(field, found) }]
}

function notFound(asked: string, subjects: readonly Subject[]): string {
  const names = subjects.flatMap(({ kind, name }) => [name, `${kind}.${name}`, name.split('::').at(-1)!])
  const plain = asked.replace(/^(?:std|tremor|core|aggr|cncf)::/, '')
  const meant = nearest(plain, new Set(names))
  return `Nothing is called "${asked}"${meant ? `, did you mean "${meant}"?` : '; "temblor list" shows what there is'}`
}
