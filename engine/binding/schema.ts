/** The JSON Schema of configuration files, for editors: `# yaml-language-server: $schema=…`. Made of the same fields as the checks. */
import type { Catalogue } from '../catalogue.ts'
import { orReference } from '../config/schema.ts'
import { type Field, type Fields, type JsonSchema, schemaOf } from '../config.ts'
import {
  bindingFields,
  documentFields,
  offrampFields,
  onrampFields,
  pipelineFields,
  placeholderValues,
  routeFields,
} from './fields.ts'

/** JSON Schema 2020-12. What stands under `config:` depends on `type:`. */
export function configurationSchema(catalogue: Catalogue): JsonSchema {
  const document = schemaOf(documentFields) as { readonly properties: Readonly<Record<string, JsonSchema>> }
  const listOf = (key: string, items: JsonSchema) => ({ ...document.properties[key], items })
  const typed: Readonly<Record<string, JsonSchema>> = {
    onramp: listOf('onramp', rampSchema(onrampFields, catalogue.onramps, catalogue)),
    offramp: listOf('offramp', rampSchema(offrampFields, catalogue.offramps, catalogue)),
    pipeline: listOf('pipeline', schemaOf(pipelineFields)),
    binding: listOf('binding', schemaOf(bindingFields)),
    route: listOf('route', schemaOf(routeFields)),
    mapping: {
      ...document.properties['mapping'],
      propertyNames: { pattern: '^(tremor://localhost)?/?binding/' },
      additionalProperties: { ...placeholderValues.type.schema(), type: ['object', 'null'] },
    },
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A configuration of Temblor',
    ...document,
    // A file may be empty, and so may each of its lists.
    type: ['object', 'null'],
    properties: Object.fromEntries(
      Object.entries({ ...document.properties, ...typed }).map(([key, schema]) => [
        key,
        { ...schema, type: [key === 'mapping' ? 'object' : 'array', 'null'] },
      ]),
    ),
  }
}

interface Component {
  readonly doc: string
  readonly config: Fields
}

function rampSchema(fields: Fields, types: ReadonlyMap<string, Component>, catalogue: Catalogue): JsonSchema {
  const { properties, ...schema } = schemaOf(fields) as {
    readonly properties: Readonly<Record<string, JsonSchema>>
  }
  return {
    ...schema,
    properties: {
      ...properties,
      type: { ...properties['type'], ...oneOfThese(types) },
      codec: { ...properties['codec'], ...oneOfThese(catalogue.codecs) },
      preprocessors: { ...properties['preprocessors'], items: oneOfThese(catalogue.preprocessors) },
      postprocessors: { ...properties['postprocessors'], items: oneOfThese(catalogue.postprocessors) },
    },
    allOf: [...types].map(([type, { config }]) => ({
      if: { properties: { type: { const: type } }, required: ['type'] },
      // biome-ignore lint/suspicious/noThenProperty: the word of JSON Schema
      then: {
        properties: { config: { description: properties['config']!['description'], ...schemaOf(config) } },
        ...(Object.values(config).some(isRequired) ? { required: ['config'] } : {}),
      },
    })),
  }
}

/** Names with what each stands for, as editors show them in completion. */
function oneOfThese(components: ReadonlyMap<string, { readonly doc: string }>): JsonSchema {
  if (components.size === 0) return orReference({ not: {} })
  return orReference({ anyOf: [...components].map(([name, { doc }]) => ({ const: name, description: doc })) })
}

function isRequired({ presence }: Field<unknown>): boolean {
  return presence === 'required'
}
