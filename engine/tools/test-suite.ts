/** Everything that `temblor test` finds below its paths, run. */
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Node, parseDocument } from 'yaml'
import { type Diagnostic, hasErrors } from '#dsl/diagnostic.ts'
import { encodeJson } from '#dsl/json.ts'
import type { Env } from '../binding/files.ts'
import { type Catalogue, loadCatalogue } from '../catalogue.ts'
import { check } from '../check.ts'
import { isCase, runCase } from './case-folder.ts'
import { type Coverage, type Covered, createCoverage } from './coverage.ts'
import { filesBelow, readText } from './files.ts'
import { type Mend, runTest } from './run-test.ts'
import { badTest, finding, readTestFile } from './test-file.ts'

export interface SuiteOptions {
  readonly env: Env
  /** Only tests whose name or path holds this. */
  readonly filter?: string
  /** What failed expectations say is put in their place. */
  readonly update?: boolean
  /** Called for each test as it ends. */
  readonly ended?: (test: Tested) => void
}

export interface Tested {
  /** The file, or the folder of a case. */
  readonly path: string
  readonly name: string
  readonly passed: boolean
  /** It was made to pass. */
  readonly updated: boolean
  readonly findings: readonly Diagnostic[]
}

export interface SuiteResult {
  readonly tests: readonly Tested[]
  readonly coverage: readonly Covered[]
}

interface Suite extends SuiteOptions {
  readonly catalogue: Catalogue
  readonly coverage: Coverage
  readonly tests: Tested[]
}

export async function runSuite(paths: readonly string[], options: SuiteOptions): Promise<SuiteResult> {
  const catalogue = await loadCatalogue()
  const suite: Suite = { ...options, catalogue, coverage: createCoverage(), tests: [] }
  const seen = new Set<string>()
  for (const path of paths.flatMap(testsBelow)) {
    if (seen.has(path)) continue
    seen.add(path)
    if (/\.test\.ya?ml$/.test(path)) await runFile(path, suite)
    else runFolder(path, suite)
  }
  return { tests: suite.tests, coverage: suite.coverage.report() }
}

/** Test files, and folders of cases. */
function testsBelow(path: string): string[] {
  const files = filesBelow(path, (name) => /\.test\.ya?ml$|^(script\.tremor|query\.trickle)$/.test(name))
  return files.flatMap((file) => {
    if (/\.test\.ya?ml$/.test(file)) return [file]
    return /(^|\/)(script\.tremor|query\.trickle)$/.test(file) && isCase(dirname(file)) ? [dirname(file)] : []
  })
}

function runFolder(folder: string, suite: Suite): void {
  const name = folder.split('/').at(-1)!.replaceAll('-', ' ')
  if (!isWanted(suite, folder, name)) return
  const { catalogue, env, coverage } = suite
  const { findings, mends } = runCase(folder, { catalogue, env, arm: coverage.arm })
  const updated = suite.update === true && mends.length > 0
  if (updated) for (const { file, text } of mends) writeFileSync(file, text)
  end(suite, { path: folder, name, passed: findings.length === 0 || updated, updated, findings })
}

async function runFile(path: string, suite: Suite): Promise<void> {
  const { catalogue, env, coverage } = suite
  const file = readTestFile(path, env)
  if (file.spec === undefined) {
    return end(suite, { path, name: 'the file', passed: false, updated: false, findings: file.findings })
  }
  const wanted = [...file.spec.tests.entries()].filter(([, { name }]) => isWanted(suite, path, name))
  if (wanted.length === 0) return
  const paths = file.spec.configuration.map((each) => join(dirname(path), each))
  const { plan, findings } = await check(paths, { env, catalogue, arm: coverage.arm })
  if (plan === undefined) {
    const broken = finding(badTest, 'The configuration under test has errors', file.place(['configuration']))
    const errors = findings.filter((each) => hasErrors([each]))
    return end(suite, {
      path,
      name: 'the configuration',
      passed: false,
      updated: false,
      findings: [broken, ...errors],
    })
  }
  const mends: Mend[] = []
  for (const [index, test] of wanted) {
    const outcome = await runTest(test, ['tests', index], { file, plan, catalogue })
    const failed = outcome.findings.length > 0
    const updated = failed && suite.update === true && outcome.mends.length >= outcome.findings.length
    if (updated) mends.push(...outcome.mends)
    end(suite, { path, name: test.name, passed: !failed || updated, updated, findings: outcome.findings })
  }
  if (mends.length > 0) rewrite(path, mends)
}

function isWanted({ filter }: Suite, path: string, name: string): boolean {
  return filter === undefined || name.includes(filter) || path.includes(filter)
}

function end(suite: Suite, test: Tested): void {
  suite.tests.push(test)
  suite.ended?.(test)
}

/** Puts values into a file. All else in it stays, character by character. */
function rewrite(path: string, mends: readonly Mend[]): void {
  let text = readText(path)
  const document = parseDocument(text)
  const places = mends.flatMap(({ path: at, value }) => {
    const range = (document.getIn(at, true) as Node | undefined)?.range
    return range ? [{ start: range[0], end: range[1], value }] : []
  })
  for (const { start, end, value } of places.sort((a, b) => b.start - a.start)) {
    const written = text.slice(start, end)
    const behind = written.slice(written.trimEnd().length)
    text = text.slice(0, start) + encodeJson(value) + behind + text.slice(end)
  }
  writeFileSync(path, text)
}
