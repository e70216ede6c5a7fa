/** One test of a `*.test.yaml` file: its steps, done in a rig of its own. */
import { compileScript } from '#dsl/compile.ts'
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { diagnosticOf } from '#dsl/emit/diagnostic.ts'
import { encodeJson } from '#dsl/json.ts'
import { ScriptError } from '#dsl/program.ts'
import { isRecord, type Value } from '#dsl/value.ts'
import type { EndPlan, Plan } from '../binding/plan.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Path } from '../config.ts'
import { evalFrame } from '../eval.ts'
import { worldOf } from '../world.ts'
import { differs, lacks } from './expect.ts'
import { type Places, placesOf } from './places.ts'
import { type Answered, openRig, type Rig, type Seen } from './rig.ts'
import type { AnswerExpect, Expect, Insert, Mock, Request, Step, TestSpec } from './test-fields.ts'
import { badTest, finding, type TestFile, testFailed } from './test-file.ts'
import { spanWithin } from './within.ts'

/** What a failed expectation would have to say to hold: for `--update`. */
export interface Mend {
  readonly path: Path
  readonly value: Value
}

export interface Outcome {
  readonly findings: readonly Diagnostic[]
  readonly mends: readonly Mend[]
}

const MOST_SAID = 3

interface Run {
  readonly file: TestFile
  readonly plan: Plan
  readonly catalogue: Catalogue
  readonly places: Places
  readonly rig: Rig
  readonly findings: Diagnostic[]
  readonly mends: Mend[]
  /** Answers that expectations looked at. */
  answers: number
}

/** `path` is where the test stands in the file. Stops at the first step that fails: what follows would only echo it. */
export async function runTest(
  test: TestSpec,
  path: Path,
  around: { readonly file: TestFile; readonly plan: Plan; readonly catalogue: Catalogue },
): Promise<Outcome> {
  const { file, plan, catalogue } = around
  const findings: Diagnostic[] = []
  const mocks = mocksOf(test, path, { file, plan, findings })
  if (findings.length > 0) return { findings, mends: [] }
  const rig = await openRig({ plan, catalogue, mocks })
  const run: Run = { file, plan, catalogue, places: placesOf(plan), rig, findings, mends: [], answers: 0 }
  try {
    await runStep(test, path, run)
    for (const [index, step] of test.steps.entries()) {
      if (findings.length > 0) break
      await runStep(step, [...path, 'steps', index], run)
    }
  } finally {
    await rig.close()
  }
  return { findings, mends: run.mends }
}

function mocksOf(
  test: TestSpec,
  path: Path,
  { file, plan, findings }: { file: TestFile; plan: Plan; findings: Diagnostic[] },
): ReadonlyMap<string, readonly Mock[]> {
  const mocks = new Map<string, readonly Mock[]>()
  const written = [
    [file.spec!.mocks, ['mocks']],
    [test.mocks, [...path, 'mocks']],
  ] as const
  for (const [given, at] of written) {
    for (const [name, mock] of Object.entries(given)) {
      const address = name.startsWith('/') ? name : `/${name}`
      if (!plan.offramps.some((ramp) => ramp.address === address)) {
        const known = plan.offramps.map(({ address }) => `"${address}"`).join(', ')
        const place = file.place([...at, name], 'key')
        findings.push(finding(badTest, `There is no offramp "${name}" to mock`, place, `There are ${known}`))
      }
      mocks.set(address, [mock].flat())
    }
  }
  return mocks
}

async function runStep(step: Step, path: Path, run: Run): Promise<void> {
  for (const [insert, at] of listed<Insert>(step.insert, [...path, 'insert'])) doInsert(insert, at, run)
  for (const [request, at] of listed<Request>(step.request, [...path, 'request'])) doRequest(request, at, run)
  await run.rig.advance(step.advance ?? 0)
  for (const [expect, at] of listed<Expect>(step.expect, [...path, 'expect'])) doExpect(expect, at, run)
}

function listed<T>(given: T | readonly T[] | undefined, path: Path): (readonly [T, Path])[] {
  if (given === undefined) return []
  if (!Array.isArray(given)) return [[given as T, path]]
  return given.map((each, index) => [each, [...path, index]])
}

function doInsert(insert: Insert, path: Path, run: Run): void {
  const end = endOf(insert.at, [...path, 'at'], run)
  if (end === undefined) return
  if (insert.meta !== undefined && !isRecord(insert.meta)) {
    return complain(run, badTest, 'Metadata is a record', [...path, 'meta'])
  }
  run.rig.insert(end, insert)
}

function doRequest(request: Request, path: Path, run: Run): void {
  const ramps = run.plan.onramps.filter(({ type }) => type === 'rest')
  const wanted = request.to === undefined || request.to.startsWith('/') ? request.to : `/${request.to}`
  const found = wanted === undefined ? ramps : ramps.filter(({ address }) => address === wanted)
  if (found.length === 1) return run.rig.request(found[0]!, request)
  const known = ramps.map(({ address }) => `"${address}"`).join(', ')
  const problem =
    wanted === undefined
      ? 'It is not clear which onramp is asked'
      : `There is no onramp "${request.to}" that takes requests`
  complain(
    run,
    badTest,
    problem,
    wanted === undefined ? path : [...path, 'to'],
    known === '' ? 'There is none' : `There are ${known}`,
  )
}

// ---- expectations ----------------------------------------------------------------------------------------------

function doExpect(expect: Expect, path: Path, run: Run): void {
  if ((expect.at === undefined) === (expect.answer === undefined)) {
    return complain(run, badTest, 'Either "at" is wanted, for an event, or "answer"', path)
  }
  if (expect.answer !== undefined) return expectAnswer(expect.answer, [...path, 'answer'], run)
  const at = [...path, 'at']
  const end = endOf(expect.at!, at, run)
  if (end === undefined) return
  const seen = run.rig.seen(`${end.address}/${end.port}`)
  const count = expect.nothing ? 0 : expect.count
  if (count !== undefined && seen.length !== count) {
    if (!expect.nothing) run.mends.push({ path: [...path, 'count'], value: seen.length })
    const found = seen.length === 0 ? 'none' : `${seen.length}${firstOf(seen)}`
    return complain(
      run,
      testFailed,
      `Expected ${count === 0 ? 'no event' : many(count)} at "${expect.at}", found ${found}`,
      at,
    )
  }
  if (count === undefined && seen.length === 0) {
    return complain(run, testFailed, `Expected an event at "${expect.at}", found none`, at)
  }
  for (const one of seen.splice(0, count ?? 1)) compare(one, expect, path, run)
}

function compare({ value, meta }: Seen, expect: Expect, path: Path, run: Run): void {
  const { file } = run
  if (file.has([...path, 'value'])) {
    const wrong = differs('the value', expect.value ?? null, value)
    if (wrong !== undefined) run.mends.push({ path: [...path, 'value'], value })
    complain(run, testFailed, wrong, [...path, 'value'])
  }
  if (expect.like !== undefined)
    complain(run, testFailed, lacks('the value', expect.like, value), [...path, 'like'])
  if (expect.meta !== undefined) complain(run, testFailed, lacks('$', expect.meta, meta), [...path, 'meta'])
  if (expect.where !== undefined) holds(expect.where, { value, meta }, [...path, 'where'], run)
}

function expectAnswer(expect: AnswerExpect, path: Path, run: Run): void {
  const pending = run.rig.answers[run.answers]
  if (pending === undefined) {
    return complain(run, badTest, 'There is no request left whose answer was not looked at', path)
  }
  const answer = pending()
  if (answer === undefined) return complain(run, testFailed, 'Expected an answer, found none yet', path)
  run.answers += 1
  compareAnswer(answer, expect, path, run)
}

function compareAnswer(answer: Answered, expect: AnswerExpect, path: Path, run: Run): void {
  const { status, reason } = answer
  if (expect.status !== undefined && expect.status !== status) {
    run.mends.push({ path: [...path, 'status'], value: status })
    const why = reason === undefined ? '' : ` (${reason})`
    complain(run, testFailed, `Expected the status ${expect.status}, found ${status}${why}`, [
      ...path,
      'status',
    ])
  }
  if (expect.reason !== undefined && expect.reason !== reason) {
    const found = reason === undefined ? 'an answer that the engine did not make' : `"${reason}"`
    complain(run, testFailed, `Expected the reason "${expect.reason}", found ${found}`, [...path, 'reason'])
  }
  for (const [name, value] of Object.entries(expect.headers)) {
    const found = answer.headers[name.toLowerCase()]
    if (found === value) continue
    const what = found === undefined ? 'none' : `"${[found].flat().join(', ')}"`
    complain(run, testFailed, `Expected the header "${name}" to be "${value}", found ${what}`, [
      ...path,
      'headers',
      name,
    ])
  }
  if (run.file.has([...path, 'body'])) {
    const wrong = differs('the body', expect.body ?? null, answer.body)
    if (wrong !== undefined) run.mends.push({ path: [...path, 'body'], value: answer.body })
    complain(run, testFailed, wrong, [...path, 'body'])
  }
  if (expect.like !== undefined)
    complain(run, testFailed, lacks('the body', expect.like, answer.body), [...path, 'like'])
}

/** Whether an expression of the language is true of an event. */
function holds(text: string, { value, meta }: Seen, path: Path, run: Run): void {
  const source = { name: '<where>', text }
  const { result, findings } = compileScript(source, worldOf(run.catalogue))
  if (result === undefined) {
    const errors = findings.filter(({ severity }) => severity === 'error')
    return tell(run, badTest, errors[0]!, { text, path })
  }
  const frame = { ...evalFrame(), event: value, meta }
  const shown = text.trim().replace(/\s+/g, ' ')
  try {
    const found = result.run(frame)
    if (found === true) return
    const what = typeof found === 'symbol' ? 'that it drops' : encodeJson(found)
    complain(run, testFailed, `Expected "${shown}" to be true, found ${what}`, path)
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error
    const failure = diagnosticOf(error)
    const message = `Expected "${shown}" to be true: ${failure.message}`
    tell(run, testFailed, { ...failure, message }, { text, path })
  }
}

/** What is said of an expression, at its place in the file. */
function tell(
  run: Run,
  { code }: { readonly code: string },
  said: Diagnostic,
  { text, path }: { readonly text: string; readonly path: Path },
): void {
  const { message, labels, help, values } = said
  const [{ span }] = labels
  run.findings.push({
    code,
    severity: 'error',
    origin: 'temblor',
    message,
    labels: [{ span: spanWithin(run.file.place(path), text, span) }],
    ...(help === undefined ? {} : { help }),
    ...(values === undefined ? {} : { values }),
  })
}

// ---- inside ------------------------------------------------------------------------------------------------------

function endOf(address: string, path: Path, run: Run): EndPlan | undefined {
  const end = run.places.end(address)
  if (end !== undefined) return end
  const near = run.places.near(address)
  const help = near === undefined ? 'A port is written "/kind/id/instance/port"' : `Did you mean "${near}"?`
  complain(run, badTest, `There is no port "${address}" in this configuration`, path, help)
  return undefined
}

function complain(
  run: Run,
  kind: { readonly code: string },
  message: string | undefined,
  path: Path,
  help?: string,
): void {
  if (message === undefined) return
  const found = finding(kind, message, run.file.place(path), help)
  // What failed on the way is often the reason why nothing, or something else, arrived.
  const said = kind === testFailed ? [...new Set(run.rig.said)].slice(0, MOST_SAID) : []
  run.findings.push(said.length === 0 ? found : { ...found, notes: said.map((line) => `Logged: ${line}`) })
}

function many(count: number): string {
  return count === 1 ? '1 event' : `${count} events`
}

function firstOf([first]: readonly Seen[]): string {
  const text = first === undefined ? '' : encodeJson(first.value)
  return text.length > 200 || text === '' ? '' : `, the first being ${text}`
}
