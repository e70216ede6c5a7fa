/** The rules of the house that the type checker does not know. ARCHITECTURE.md gives their reasons. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

interface Import {
  /** From the top, or the name of a package. */
  readonly target: string
  readonly isType: boolean
}

interface SourceFile {
  /** From the top: `engine/ramp.ts`. */
  readonly path: string
  /** Without comments, and without what stands in strings. */
  readonly code: string
  readonly text: string
  readonly imports: readonly Import[]
}

const sources = ['dsl', 'engine'].flatMap(filesIn).filter(isTypeScript).map(readSource)
const tests = filesIn('test').filter(isTypeScript).map(readSource)

suite('imports point down only', () => {
  test('the language imports nothing of the engine, no rxjs, nothing of node: (save the grammar loader)', () => {
    const wrong = importsOf((path) => path.startsWith('dsl/'))
      .filter(({ target }) => !target.startsWith('dsl/'))
      .filter(({ path }) => path !== 'dsl/grammar/load.ts')
    assertNone(wrong.map(imported))
  })

  test('each storey of the engine imports only what is below it', () => {
    const wrong = importsOf(storeyOf)
      .filter(({ target, isType }) => !(isType && handedIn.includes(target)))
      .map((found) => ({ ...found, from: storeyOf(found.path)!, to: storeyOf(found.target) }))
      .filter(({ from, to }) => to !== undefined && to > from)
    assertNone(wrong.map(imported))
  })

  test('a component imports no other component, but that an old name may import what it names', () => {
    const aliases = sources.filter(({ code }) => /\bdeprecated:/.test(code)).map(({ path }) => path)
    const wrong = importsOf((path) => !aliases.includes(path) && componentOf(path))
      .map((found) => ({ ...found, from: componentOf(found.path), to: componentOf(found.target) }))
      .filter(({ from, to }) => to !== undefined && to !== from)
    assertNone(wrong.map(imported))
  })

  test('nothing imports the tests', () => {
    assertNone(
      importsOf(() => true)
        .filter(({ target }) => target.startsWith('test/'))
        .map(imported),
    )
  })

  test('every package that is imported is a dependency, not a development dependency', () => {
    const { dependencies } = JSON.parse(read('package.json'))
    // Grammars are generated when a package is made; in it, peggy is not needed.
    const allowed = (path: string, name: string) =>
      name in dependencies || (name === 'peggy' && path === 'dsl/grammar/load.ts')
    const wrong = importsOf(() => true)
      .filter(
        ({ target, isType }) => !isType && !target.startsWith('node:') && !/^(dsl|engine)\//.test(target),
      )
      .filter(({ path, target }) => !allowed(path, packageOf(target)))
    assertNone(wrong.map(imported))
  })
})

suite('what must stay absent', () => {
  test('code is made of text in one place only', () => {
    assertNone(found(/\bnew Function\b|\beval\(|\bnode:vm\b/, (path) => path === 'dsl/emit/instantiate.ts'))
  })

  test("one executor: an operator's streams are subscribed in one place", () => {
    const inBench = filesIn('bench').filter(isTypeScript).map(readSource)
    const calls = /\.(?:contraflow|flow)\b\s*(?:\?\.)?\(/
    const wrong = inBench.filter(({ code }) => calls.test(code)).map(({ path }) => path)
    assertNone([...found(calls, (path) => path === 'engine/pipeline/wire.ts'), ...wrong])
  })

  test('time and chance come from a clock that is handed in', () => {
    const clocks =
      /\bDate\.now\b|\bnew Date\(\)|\bset(?:Timeout|Interval)\(|\bMath\.random\b|\bperformance\.now\b|\bprocess\.hrtime\b|node:timers/
    assertNone(found(clocks, (path) => path === 'engine/clock-wheel.ts' || isRim(path)))
  })

  test('nothing is printed but by the command line', () => {
    assertNone(
      found(
        /\bconsole\.|\bprocess\.std(?:out|err)\b/,
        (path) => path.startsWith('engine/cli/') || path === 'engine/offramps/stdio.ts',
      ),
    )
  })

  test('no code of an error is declared twice', () => {
    const declared = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/^\s*code: '([EW]\d{4})',\s*\n\s*title:/gm)].map((match) => ({
        code: match[1]!,
        path,
      })),
    )
    assert.ok(declared.length > 0)
    const byCode = Map.groupBy(declared, ({ code }) => code)
    assertNone(
      [...byCode]
        .filter(([, all]) => all.length > 1)
        .map(([code, all]) => `${code}: ${all.map(({ path }) => path).join(', ')}`),
    )
  })

  test('no test is skipped, left open or run alone', () => {
    const skipping = /\b(?:test|it|suite|describe|t)\.(?:skip|todo|only)\b|\b(?:skip|todo|only): (?!false)/
    assertNone(tests.filter(({ code }) => skipping.test(code)).map(({ path }) => path))
  })

  test('nothing is left to be done later in comments', () => {
    const marks = new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`)
    const all = [...sources, ...tests].filter(
      ({ path, text }) => path !== 'test/house.test.ts' && marks.test(text),
    )
    assertNone(all.map(({ path }) => path))
  })

  test('no registry address is in the lockfile', () => {
    assert.equal(read('package-lock.json').includes('"resolved"'), false)
  })

  test('dependencies have exact versions, and runtime dependencies are few', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'))
    const loose = Object.entries<string>({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    )
    assertNone(loose.map(([name, version]) => `${name} ${version}`))
    assert.ok(Object.keys(dependencies).length <= 14)
  })
})

suite('what is written stays true', () => {
  test('the README opens with the two commands', () => {
    const opening = read('README.md').slice(0, 1500)
    assert.match(opening, /npm start/)
    assert.match(opening, /npm test/)
  })

  test('every file that a page names is there', () => {
    const pages = ['README.md', 'ARCHITECTURE.md', 'engine/README.md'].filter((page) =>
      existsSync(join(root, page)),
    )
    const missing = pages.flatMap((page) =>
      [...read(page).matchAll(/`((?:dsl|engine|bin|test|pipelines|bindings|scripts|deploy)\/[\w./-]*)`/g)]
        .filter(([, path]) => !existsSync(join(root, path!)))
        .map(([, path]) => `${page} names ${path}`),
    )
    assertNone(missing)
  })

  test('the version in the change log is the one in package.json', () => {
    const { version } = JSON.parse(read('package.json'))
    assert.match(read('CHANGELOG.md'), new RegExp(`^## (Unreleased|${version.replaceAll('.', '\\.')})`, 'm'))
  })

  test('the command that node is told in bin/ is executable and old enough in style for an old Node to read', () => {
    const text = read('bin/temblor.js')
    assert.match(text, /^#!\/usr\/bin\/env node\n/)
    assert.doesNotMatch(text, /\?\?|\?\.|\bawait\b|#\w+;/)
    execFileSync(join(root, 'bin/temblor.js'), ['version'], {
      env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH']}` },
    })
  })
})

// ---- storeys -----------------------------------------------------------------------------------------------------

/** Parts of the rim that are handed to everything below: their types may be known everywhere. */
const handedIn = ['engine/log.ts', 'engine/metrics.ts']

/** From the ground up. The language is the ground, nouns stand on it, the rim is the roof. */
function storeyOf(path: string): number | undefined {
  if (path.startsWith('dsl/')) return 0
  if (!path.startsWith('engine/')) return undefined
  if (isRim(path)) return 5
  if (path.startsWith('engine/deploy/')) return 4
  if (
    /^engine\/(binding|pipeline)\//.test(path) ||
    ['engine/catalogue.ts', 'engine/world.ts', 'engine/check.ts'].includes(path)
  )
    return 3
  if (componentOf(path) !== undefined) return 2
  return 1
}

function isRim(path: string): boolean {
  return (
    /^engine\/(?:cli|admin|lsp|ui|docs|respond|tools|convert|workers)\b/.test(path) ||
    [...handedIn, 'engine/kinds.ts', 'engine/eval.ts'].includes(path)
  )
}

/** The file, or the folder of files of one component: `engine/onramps/rest.ts` and `engine/onramps/rest/…` are one. */
function componentOf(path: string): string | undefined {
  return /^engine\/(?:operators|onramps|offramps|codecs|preprocessors|postprocessors)\/(?:.*\/)?[^/]+?(?=\.ts$)/.exec(
    path,
  )?.[0]
}

// ---- reading -----------------------------------------------------------------------------------------------------

function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
    (path) => `${folder}/${path.replaceAll('\\', '/')}`,
  )
}

function isTypeScript(path: string): boolean {
  return path.endsWith('.ts')
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

function readSource(path: string): SourceFile {
  const text = read(path)
  return { path, text, code: withoutProse(text), imports: importsIn(path, text) }
}

function importsIn(path: string, text: string): Import[] {
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm,
  )
  return [...statements].map((match) => ({
    isType: match[1] !== undefined,
    target: targetOf(path, (match[2] ?? match[3])!),
  }))
}

function targetOf(path: string, specifier: string): string {
  if (specifier.startsWith('#')) return specifier.slice(1)
  if (specifier.startsWith('.')) return relative(root, resolve(root, dirname(path), specifier))
  return specifier
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Good enough for what is looked for: comments and string contents become blanks. */
function withoutProse(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/(^|\s)\/\/.*$/gm, ' ')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, (quoted) => (/^'node:/.test(quoted) ? quoted : "''"))
}

function importsOf(concerned: (path: string) => unknown): (Import & { path: string })[] {
  return sources
    .filter(({ path }) => concerned(path) !== undefined && concerned(path) !== false)
    .flatMap(({ path, imports }) => imports.map((found) => ({ ...found, path })))
}

function imported({ path, target }: { path: string; target: string }): string {
  return `${path} imports ${target}`
}

function found(pattern: RegExp, allowed: (path: string) => boolean): string[] {
  return sources
    .filter(({ path, code }) => !allowed(path) && pattern.test(code))
    .map(({ path, code }) => `${path}: ${pattern.exec(code)![0]}`)
}

function assertNone(wrong: readonly string[]): void {
  assert.deepEqual(wrong, [])
}
