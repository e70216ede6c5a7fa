/** What can be listed and explained: every component, function, command, error code and word, in one shape. */
import type { DiagnosticKind } from '#dsl/diagnostic.ts'
import type { Argument, NativeFunction, TypeName } from '#dsl/function.ts'
import { type Catalogue, loadCatalogue } from '../catalogue.ts'
import type { Field, Fields } from '../config.ts'
import { loadKinds } from '../kinds.ts'
import { commandNames, loadCommand } from './commands.ts'
import { commandHelp } from './help.ts'

export interface Subject {
  /** `operator`, `function`, `error` …: the singular of what `list` takes. */
  readonly kind: string
  /** As it is written where it is used: `rest`, `qos::roundrobin`, `array::push`, `E0201`. */
  readonly name: string
  readonly doc: string
  /** What there is to say beyond `doc`, laid out. */
  readonly more: string
}

export const kinds = [
  'onramp',
  'offramp',
  'operator',
  'codec',
  'preprocessor',
  'postprocessor',
  'function',
  'extractor',
  'aggregate',
  'error',
  'command',
  'word',
] as const

export async function loadSubjects(): Promise<readonly Subject[]> {
  const [catalogue, codes, commands] = await Promise.all([loadCatalogue(), loadKinds(), commandSubjects()])
  return [
    ...componentSubjects(catalogue),
    ...languageSubjects(catalogue),
    ...codes.map(errorSubject),
    ...commands,
    ...words,
  ]
}

/** One sentence for each word that the files of an operator are made of. */
const words: readonly Subject[] = Object.entries({
  onramp:
    'Where events enter: a server, a file, a timer. A linked onramp also carries an answer back to whoever sent the event.',
  offramp:
    'Where events leave. A linked offramp sends on what comes back, as events on its port "out" or "err".',
  pipeline: 'What happens to events in between: scripts, operators and selects, wired in a .trickle file.',
  script:
    'A piece of program that looks at an event and changes it: a .tremor file, or "define script" in a pipeline.',
  operator:
    'A part of a pipeline that handles the stream rather than one event: it distributes, holds back, batches.',
  binding: 'A list of links between the ports of onramps, pipelines and offramps, with {instance} left open.',
  mapping: 'Brings a binding to life, once for each instance it names.',
  port: 'An entry or exit of a node. Most have "in" and "out"; errors leave by "err", what is too much by "overflow".',
  link: 'What leaves one port arrives at another: "/onramp/http_in/01/out" to "/pipeline/main/01/in".',
  address: 'Names a port, or a node, the same way everywhere: /KIND/ID/INSTANCE/PORT.',
  event: 'A value under way, with metadata ($request, $response, your own) and the request it descends from.',
  codec: 'Makes a value of bytes and bytes of a value: json, string, binary.',
  flight:
    'A request under way: how many events descend from it still, and whether it was answered. None is left unanswered.',
  contraflow:
    'What travels back up the links: acknowledgement, failure, and whether an exit is open or closed.',
}).map(([name, doc]) => ({ kind: 'word', name, doc, more: '' }))

async function commandSubjects(): Promise<Subject[]> {
  return Promise.all(
    commandNames().map(async (name) => {
      const spec = (await loadCommand(name))!
      return {
        kind: 'command',
        name,
        doc: spec.summary,
        more: commandHelp(name, spec).slice(spec.summary.length).trim(),
      }
    }),
  )
}

function componentSubjects(catalogue: Catalogue): Subject[] {
  const of = <T extends { readonly doc: string }>(
    kind: string,
    map: ReadonlyMap<string, T>,
    more: (item: T) => string,
  ): Subject[] => [...map].map(([name, item]) => ({ kind, name, doc: item.doc, more: more(item) }))
  return [
    ...of('onramp', catalogue.onramps, ({ config }) => fieldList(config)),
    ...of('offramp', catalogue.offramps, ({ config }) => fieldList(config)),
    ...of('operator', catalogue.operators, ({ config }) => fieldList(config)),
    ...of('codec', catalogue.codecs, ({ mime }) =>
      mime.length > 0 ? `Media types: ${mime.join(', ')}` : '',
    ),
    ...of('preprocessor', catalogue.preprocessors, () => ''),
    ...of('postprocessor', catalogue.postprocessors, () => ''),
  ]
}

function languageSubjects({ functions, extractors, aggregates }: Catalogue): Subject[] {
  return [
    ...[...functions.values()].map((item) => ({
      kind: 'function',
      name: item.name,
      doc: item.doc,
      more: functionText(item),
    })),
    ...[...extractors.values()].map(({ name, doc, examples }) => ({
      kind: 'extractor',
      name,
      doc,
      more: examples
        .map(({ rule, input, result }) => `  ${name}|${rule}| on ${input} gives ${result ?? 'no match'}`)
        .join('\n'),
    })),
    ...[...aggregates.values()].map(({ name, doc, args, returns, examples }) => ({
      kind: 'aggregate',
      name: name.replace(/^aggr::/, ''),
      doc,
      more: [
        signature(name, args, returns),
        ...examples.map(({ call, result }) => `  ${call} gives ${result}`),
      ].join('\n'),
    })),
  ]
}

function functionText({ name, args, returns, open, examples }: NativeFunction): string {
  const lines = examples.map(([call, result]) => `  ${call}\n      ${result}`)
  return [signature(name, args, returns, open), ...lines].join('\n')
}

function signature(
  name: string,
  args: readonly Argument[],
  returns: TypeName | readonly TypeName[],
  open = false,
): string {
  const types = (type: TypeName | readonly TypeName[]) => [type].flat().join(' or ')
  const list = [...args.map((arg) => `${arg.name}: ${types(arg.type)}`), ...(open ? ['…'] : [])]
  return `${name}(${list.join(', ')}) gives ${types(returns)}`
}

function errorSubject({ code, title, explain, wrong, right }: DiagnosticKind): Subject {
  const block = (label: string, text: string | undefined) =>
    text === undefined ? [] : [`${label}:\n\n${text.replace(/^/gm, '    ')}`]
  return {
    kind: 'error',
    name: code,
    doc: title,
    more: [explain, ...block('Wrong', wrong), ...block('Right', right)].join('\n\n'),
  }
}

/** `  port        an integer, default 80`, and below it what it says. */
function fieldList(fields: Fields, indent = '  '): string {
  return Object.entries(fields)
    .map(([name, field]) => `${indent}${fieldLine(name, field)}`)
    .join('\n')
}

export function fieldLine(name: string, field: Field<unknown>): string {
  const fact =
    field.default !== undefined
      ? `, default ${JSON.stringify(field.default)}`
      : field.presence === 'required'
        ? ', required'
        : ''
  return `${name} (${field.type.name}${fact}): ${field.doc}`
}
