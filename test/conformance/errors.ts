/** The four families of upstream's suite that are about what the compiler says: errors and warnings of both languages. */
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { compileQuery, compileScript } from '#dsl/compile.ts'
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { renderTremor } from '#dsl/render.ts'
import { positionAt, type Source } from '#dsl/source.ts'
import type { World } from '#dsl/world.ts'
import { loadCatalogue } from '#engine/catalogue.ts'
import { worldOf } from '#engine/world.ts'

export interface ErrorResult {
  readonly family: string
  readonly name: string
  readonly passed: boolean
  /** What was expected and what came, for a case that failed. */
  readonly expected?: string
  readonly got?: string
}

interface Family {
  readonly name: string
  readonly list: string
  readonly file: string
  readonly expected: string
  readonly severity: Diagnostic['severity']
}

const families: readonly Family[] = [
  {
    name: 'script_errors',
    list: 'script_error',
    file: 'script.tremor',
    expected: 'error.txt',
    severity: 'error',
  },
  {
    name: 'script_warnings',
    list: 'script_warning',
    file: 'script.tremor',
    expected: 'warning.txt',
    severity: 'warning',
  },
  {
    name: 'query_errors',
    list: 'query_error',
    file: 'query.trickle',
    expected: 'error.txt',
    severity: 'error',
  },
  {
    name: 'query_warnings',
    list: 'query_warning',
    file: 'query.trickle',
    expected: 'warning.txt',
    severity: 'warning',
  },
]

/** Runs the cases of a checkout of tremor-runtime 0.11.12 at `path`. */
export async function runErrorFamilies(path: string): Promise<ErrorResult[]> {
  const catalogue = await loadCatalogue()
  return families.flatMap((family) => casesOf(path, family).map((name) => runCase(name)))

  function casesOf(root: string, { list }: Family): string[] {
    const text = readFileSync(join(root, 'tests', `${list}.rs`), 'utf8')
    const block = /^test_cases!\(([^)]*)\)/m.exec(text)?.[1] ?? ''
    return block
      .replace(/\/\/.*$/gm, '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .map((name) => `${list}/${name}`)
  }

  function runCase(id: string): ErrorResult {
    const [list, name] = id.split('/') as [string, string]
    const family = families.find((each) => each.list === list)!
    const folder = `tests/${family.name}/${name}`
    const source = {
      name: `${folder}/${family.file}`,
      text: readFileSync(join(path, folder, family.file), 'utf8'),
    }
    const world = worldFor(folder, family)
    const { findings } =
      family.file === 'script.tremor' ? compileScript(source, world) : compileQuery(source, 'query', world)
    const theirs = findings.filter(
      ({ origin, severity }) => origin === 'tremor' && severity === family.severity,
    )
    const judged = judge(source, theirs, join(path, folder), family)
    return { family: family.name, name, ...judged }
  }

  /** Modules come from the folder of the case and from upstream's library, as its runners mount them. */
  function worldFor(folder: string, family: Family): World {
    const slash = family.file === 'query.trickle' ? '/' : ''
    const modulePaths = [`${folder}/`, `tremor-script/lib${slash}`]
    const findModule = (names: readonly string[]): Source | undefined => {
      for (const mount of modulePaths) {
        for (const extension of ['tremor', 'trickle']) {
          const file = join(path, mount, `${names.join('/')}.${extension}`)
          if (existsSync(file)) return { name: relative(path, file), text: readFileSync(file, 'utf8') }
        }
      }
      return undefined
    }
    return { ...worldOf(catalogue, findModule), modulePaths }
  }
}

function judge(source: Source, theirs: readonly Diagnostic[], folder: string, family: Family) {
  if (family.severity === 'warning')
    return compare(
      inOrder(theirs)
        .map((each) => renderTremor(each, source))
        .join(''),
      read(folder, family.expected),
    )
  const first = theirs.toSorted((a, b) => stage(a) - stage(b))[0]
  if (first === undefined) return { passed: false, expected: 'an error', got: "none of tremor's" }
  const pattern = join(folder, 'error.re')
  if (existsSync(pattern)) {
    const message = first.tremor?.message ?? first.message
    const expected = readFileSync(pattern, 'utf8').trim()
    return new RegExp(expected).test(message) ? { passed: true } : { passed: false, expected, got: message }
  }
  const expected = read(folder, family.expected)
  // Errors of the pipeline are printed without a place.
  const got = /^Error/.test(expected) ? renderTremor(first, source) : (first.tremor?.message ?? first.message)
  return compare(got, expected)
}

function read(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8').trim()
}

function compare(got: string, expected: string) {
  return got.trim() === expected ? { passed: true } : { passed: false, expected, got: got.trim() }
}

/** tremor stops at the first error: it reads all words first, then every `use`, then the rest. */
function stage({ code, labels: [{ span }] }: Diagnostic): number {
  const number = Number(code.slice(1))
  if (number < 20) return 0
  if (/^\s*use\b/m.test(lineBefore(span.source, span.start)) || number === 102 || number === 103) return 1
  return number === 20 ? 2 : 3
}

function lineBefore({ text }: Source, at: number): string {
  return text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
}

function inOrder(findings: readonly Diagnostic[]): Diagnostic[] {
  const at = ({ labels: [{ span }] }: Diagnostic) => positionAt(span.source, span.start).line
  return findings.toSorted((a, b) => at(a) - at(b))
}
