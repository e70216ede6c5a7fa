/** What can be listed and explained: every component, function, command, error code and word, in one shape. */
import type { DiagnosticKind } from '#dsl/diagnostic.ts'
import type { Argument, NativeFunction, TypeName } from '#dsl/function.ts'
import { type Catalogue, loadCatalogue } from '../catalogue.ts'
import type { Field, Fields } from '../config.ts'
import { loadKinds } from '../kinds.ts'
import { commandNames, loadCommand } from './commands.ts'
import { commandHelp } from './help.ts'
import { words } from './words.ts'

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
  'warning',
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
    ...Object.entries(words).map(([name, doc]) => ({ kind: 'word', name, doc, more: '' })),
  ]
}

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
        ...examples.map(
          ({ events, call, result }) => `  ${call} over ${events.join(', ') || 'nothing'} gives ${result}`,
        ),
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
    kind: code.startsWith('W') ? 'warning' : 'error',
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
