/** A `*.test.yaml` file, read: its tests as data, each part with its place. */
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { defineDiagnostic } from '#dsl/diagnostic.ts'
import type { Span } from '#dsl/source.ts'
import { disk, type Env } from '../binding/files.ts'
import { placeOf, readYaml, type Written, writtenAt } from '../binding/yaml.ts'
import { checkConfig, type Path } from '../config.ts'
import { readText } from './files.ts'
import { type TestFileSpec, testFileFields } from './test-fields.ts'

export const testFailed = defineDiagnostic({
  code: 'E0901',
  title: 'test failed',
  explain:
    'What a test expects did not happen. The finding stands at the expectation; it says what was expected, and what was found.',
})

export const badTest = defineDiagnostic({
  code: 'E0902',
  title: 'test cannot run',
  explain:
    'A test names a place that its configuration does not have, inserts where nothing can enter, or says two things that exclude each other.',
})

export interface TestFile {
  readonly path: string
  /** Absent if there are errors. */
  readonly spec?: TestFileSpec
  readonly findings: readonly Diagnostic[]
  /** The place of a part. */
  place(path: Path, part?: 'key' | 'value'): Span
  /** Whether a part is written, be it as null. */
  has(path: Path): boolean
}

export function readTestFile(path: string, env: Env): TestFile {
  const source = { name: path, text: readText(path) }
  const read = readYaml(source, { env, files: disk })
  const root: Written = read.documents[0] ?? {
    value: {},
    span: { source, start: 0, end: 0 },
    textual: false,
  }
  const place: TestFile['place'] = (path, part = 'value') => placeOf(root, path, part)
  const has: TestFile['has'] = (path) => writtenAt(root, ...path) !== undefined
  const { config, findings } = checkConfig(testFileFields, root.value, place, { of: 'test file' })
  const all = [...read.findings, ...findings]
  return {
    path,
    findings: all,
    place,
    has,
    ...(config === undefined || read.findings.length > 0 ? {} : { spec: config }),
  }
}

export function finding(
  kind: { readonly code: string },
  message: string,
  span: Span,
  help?: string,
): Diagnostic {
  return {
    code: kind.code,
    severity: 'error',
    origin: 'temblor',
    message,
    labels: [{ span }],
    ...(help === undefined ? {} : { help }),
  }
}
