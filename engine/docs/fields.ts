import type { Field, Fields } from '../config.ts'

/** Fields as a table in Markdown; those of records within follow their record, by dotted names. */
export function fieldTable(fields: Fields): string {
  return ['| field | type | default | |', '|---|---|---|---|', ...rowsOf(fields, '')].join('\n')
}

function rowsOf(fields: Fields, prefix: string): readonly string[] {
  return Object.entries(fields).flatMap(([name, field]) => [
    rowOf(`${prefix}${name}`, field),
    ...inner(field, `${prefix}${name}`),
  ])
}

function rowOf(name: string, field: Field<unknown>): string {
  const fallback =
    field.presence === 'required'
      ? 'required'
      : field.default === undefined
        ? ''
        : `\`${JSON.stringify(field.default)}\``
  const notes = [
    field.doc,
    ...choicesOf(field),
    ...examplesOf(field),
    ...(field.deprecated === undefined ? [] : [`Out of use: ${field.deprecated}.`]),
  ]
  return `| \`${name}\` | ${cell(field.type.name)} | ${cell(fallback)} | ${cell(notes.join(' '))} |`
}

function inner({ type }: Field<unknown>, name: string): readonly string[] {
  if (type.fields !== undefined) return rowsOf(type.fields, `${name}.`)
  const item = type.item?.type
  return item?.fields === undefined ? [] : rowsOf(item.fields, `${name}[].`)
}

function choicesOf({ type }: Field<unknown>): readonly string[] {
  return Object.entries(type.choices ?? {}).map(([choice, meaning]) => `\`${choice}\`: ${meaning}`)
}

function examplesOf({ examples }: Field<unknown>): readonly string[] {
  return examples.length === 0
    ? []
    : [`For example ${examples.map((each) => `\`${JSON.stringify(each)}\``).join(', ')}.`]
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ')
}
