/** What the compiler is told: the catalogue, in the compiler's terms. */
import type { Diagnostic } from '#dsl/diagnostic.ts'
import type { Source, Span } from '#dsl/source.ts'
import type { Rec } from '#dsl/value.ts'
import type { OperatorSignature, World } from '#dsl/world.ts'
import type { Catalogue } from './catalogue.ts'
import { checkConfig, deprecatedField, type Where, wrongValue } from './config/check.ts'
import type { OperatorDefinition } from './operator.ts'

/** `findModule` looks modules up where programs may come from files; without it there are only library modules. */
export function worldOf(
  catalogue: Catalogue,
  findModule: (path: readonly string[], from: Source) => Source | undefined = () => undefined,
): World {
  const { library, functions, extractors, aggregates } = catalogue
  const operators = new Map([...catalogue.operators].map(([name, each]) => [name, signatureOf(name, each)]))
  return { library, functions, extractors, aggregates, operators, findModule }
}

/** What a query's check knows of an operator. The ports are `['*']`, any, where wrong parameters leave them open. */
export function signatureOf(name: string, definition: OperatorDefinition): OperatorSignature {
  return {
    name,
    ports: (params) => portsOf(definition, params),
    check: (params, spanOf, whole) => {
      const where: Where = (path, part) => {
        const value = path.length === 0 ? undefined : spanOf(String(path[0]))
        return value === undefined ? whole : part === 'key' ? nameBefore(value) : value
      }
      return checkParams({ name, definition, params, where })
    },
  }
}

/** The parameters of an operator, checked: each field, and what they must hold together. */
export function checkParams(it: {
  readonly name: string
  readonly definition: OperatorDefinition
  readonly params: Rec
  readonly where: Where
}): readonly Diagnostic[] {
  const checked = checkConfig(it.definition.config, it.params, it.where, { of: `operator "${it.name}"` })
  const { config } = checked
  const findings = [...outOfUse(it), ...checked.findings]
  const complaint = config === undefined ? undefined : it.definition.check?.(config)
  if (complaint === undefined) return findings
  const labels = [{ span: it.where([], 'key') }] as const
  return [
    ...findings,
    { code: wrongValue.code, severity: 'error', origin: 'temblor', message: complaint, labels },
  ]
}

function outOfUse({ name, definition, where }: Parameters<typeof checkParams>[0]): readonly Diagnostic[] {
  if (definition.deprecated === undefined) return []
  const message = `The operator "${name}" is out of use`
  const labels = [{ span: where([], 'key') }] as const
  return [
    {
      code: deprecatedField.code,
      severity: 'warning',
      origin: 'temblor',
      message,
      labels,
      help: definition.deprecated,
    },
  ]
}

/** The ports an operator emits on with these parameters. */
export function portsOf(definition: OperatorDefinition, params: Rec): readonly string[] {
  if (typeof definition.ports !== 'function') return definition.ports
  const { config } = checkConfig(definition.config, params, () => nowhere)
  return config === undefined ? ['*'] : definition.ports(config)
}

/** The name that stands before a parameter's value: `steps = [100]`. */
function nameBefore(value: Span): Span {
  const name = /(\w+|`[^`\n]*`)\s*=\s*$/.exec(value.source.text.slice(0, value.start))
  return name === null
    ? value
    : { source: value.source, start: name.index, end: name.index + name[1]!.length }
}

const nowhere: Span = { source: { name: '', text: '' }, start: 0, end: 0 }
