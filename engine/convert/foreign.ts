/**
 * Another system's YAML, read as Go's decoder reads it into texts: every scalar is what is written (`true`, `1.10`,
 * `no`), nothing is filled in, and a key that the system does not know is passed over, with a warning.
 */
import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml'
import { type Diagnostic, defineDiagnostic } from '#dsl/diagnostic.ts'
import { type Source, type Span, spanOf } from '#dsl/source.ts'
import { unknownKey } from '../config/check.ts'
import { type ConfigOf, checkConfig, type Fields, type Path } from '../config.ts'

export const unconvertible = defineDiagnostic({
  code: 'E0651',
  title: 'configuration of another system that cannot be converted',
  explain:
    'The file that was given with "--from" is not what the other system reads, or asks for what cannot be done: a destination that is no URL, a header that no message can have. Nothing is written or run until it is mended there.',
})
export const ignoredSetting = defineDiagnostic({
  code: 'W0652',
  title: 'setting of another system that has no effect',
  explain:
    'The file that was given with "--from" says something that the other system passes over as well, or that means nothing here. The rest of it is converted.',
})

export interface Foreign<F extends Fields> {
  /** Absent if there are errors. */
  readonly config?: ConfigOf<F>
  readonly findings: readonly Diagnostic[]
  /** The place of a value or key, as near as there is one. */
  place(path: Path, part?: 'key' | 'value'): Span
}

/** `of` says what is configured, for messages: `the dispatcher`. */
export function readForeign<F extends Fields>(source: Source, fields: F, of: string): Foreign<F> {
  const document = parseDocument(source.text, {
    schema: 'failsafe',
    merge: true,
    prettyErrors: false,
    uniqueKeys: true,
  })
  const places = new Map<string, { readonly key: Span; readonly value: Span }>()
  const place = (path: Path, part: 'key' | 'value' = 'value') => nearest(places, path, source)[part]
  if (document.errors.length > 0) {
    const findings = document.errors.map(({ message, pos: [start, end] }) =>
      wrong(`The file is not YAML: ${message}`, spanOf(source, start, Math.max(end, start))),
    )
    return { findings, place }
  }
  const value = read(document.contents, [])
  const checked = checkConfig(fields, value, place, { of, textual: () => true })
  const findings = checked.findings.map(softened)
  return {
    place,
    findings,
    ...(findings.some(({ severity }) => severity === 'error')
      ? {}
      : { config: checked.partial as ConfigOf<F> }),
  }

  /** The value of a node, and the places of everything in it. */
  function read(node: Node | null, path: Path, key?: Span): unknown {
    const span = spanOfNode(node, source)
    places.set(keyOf(path), { key: key ?? span, value: span })
    const target = isAlias(node) ? node.resolve(document) : node
    if (isMap(target)) {
      return Object.fromEntries(
        target.items.map(({ key, value }) => {
          const name = isScalar(key) ? String(key.source ?? key.value) : String(key)
          return [name, read(value as Node | null, [...path, name], spanOfNode(key as Node, source))]
        }),
      )
    }
    if (isSeq(target)) return target.items.map((item, at) => read(item as Node, [...path, at]))
    if (!isScalar(target)) return undefined
    const text = String(target.value)
    // `key:` and `key: ~` say nothing, as they do in Go.
    return target.type === 'PLAIN' && /^(|~|null)$/.test(text) ? undefined : text
  }
}

export function wrong(message: string, span: Span, help?: string): Diagnostic {
  return finding(unconvertible.code, 'error', { message, span, help })
}

export function ignored(message: string, span: Span, help?: string): Diagnostic {
  return finding(ignoredSetting.code, 'warning', { message, span, help })
}

function finding(
  code: string,
  severity: Diagnostic['severity'],
  { message, span, help }: { message: string; span: Span; help: string | undefined },
): Diagnostic {
  return {
    code,
    severity,
    origin: 'temblor',
    message,
    labels: [{ span }],
    ...(help === undefined ? {} : { help }),
  }
}

/** What the original reads over is no reason not to run. */
function softened(found: Diagnostic): Diagnostic {
  if (found.code !== unknownKey.code) return found
  return ignored(found.message, found.labels[0].span, found.help)
}

function nearest(
  places: ReadonlyMap<string, { readonly key: Span; readonly value: Span }>,
  path: Path,
  source: Source,
): { readonly key: Span; readonly value: Span } {
  for (let end = path.length; end >= 0; end--) {
    const found = places.get(keyOf(path.slice(0, end)))
    if (found !== undefined) return found
  }
  const whole = spanOf(source, 0, 0)
  return { key: whole, value: whole }
}

function keyOf(path: Path): string {
  return JSON.stringify(path)
}

/** Of blocks of several lines, the first line. */
function spanOfNode(node: Node | null, source: Source): Span {
  if (node?.range == null) return spanOf(source, 0, 0)
  const [start, end] = node.range
  const line = source.text.indexOf('\n', start)
  return spanOf(source, start, line < 0 || line > end ? end : line)
}
