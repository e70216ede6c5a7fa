import type { Field, Fields } from '../config.ts'

/** A schema of JSON Schema 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** The schema of a record of fields. Keys that begin with `x-` are the user's own everywhere. */
export function schemaOf(fields: Fields): JsonSchema {
  const required = Object.keys(fields).filter((name) => fields[name]!.presence === 'required')
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, describe(field)])),
    patternProperties: { '^x-': {} },
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
  }
}

/** The schema of one field with its words, default and examples. */
export function describe(field: Field<unknown>): JsonSchema {
  return {
    description: field.doc,
    ...(field.deprecated === undefined ? {} : { deprecated: true }),
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(field.examples.length === 0 ? {} : { examples: field.examples }),
    ...field.type.schema(),
  }
}

/** What is no text may still be written as `${VAR}`. */
export function orReference(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'string', pattern: '\\$\\{' }] }
}
