/**
 * Runs the public suite for HTTP caches, github.com/http-tests/cache-tests, against this cache, and prints how it compares with the results
 * that the suite publishes of others:
 *
 *     node test/cache/suite.ts CHECKOUT ['{"stale_if_error": "60s"}']
 *
 * CHECKOUT needs `npm install --ignore-scripts` once. The second argument is what stands under `cache:`.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { loadCatalogue } from '#engine/catalogue.ts'
import { check } from '#engine/check.ts'
import { wheelClock } from '#engine/clock-wheel.ts'
import { Engine } from '#engine/deploy/engine.ts'
import { silentLog } from '#engine/log.ts'
import { createMetrics } from '#engine/metrics.ts'
import { transports } from '../support/transports.ts'

const [checkout = '', cache = '{}'] = process.argv.slice(2)
if (!existsSync(join(checkout, 'test-engine/cli.mjs')))
  throw new Error(`There is no checkout of cache-tests in "${checkout}"`)
const folder = resolve(checkout)
const load = (path: string) => import(pathToFileURL(join(folder, path)).href)

interface Test {
  readonly id: string
  readonly kind?: 'required' | 'optimal' | 'check'
  readonly browser_only?: boolean
}
type Results = Record<string, true | [string, string]>

const { default: suites } = (await load('tests/index.mjs')) as {
  default: readonly { tests: readonly Test[] }[]
}
const judge = await load('test-engine/lib/results.mjs')
const tests = suites.flatMap((suite) => suite.tests).filter((test) => test.browser_only !== true)
const [originPort, proxyPort] = [18_480, 18_481]

const settings = {
  protocol: 'http',
  port: String(originPort),
  pidfile: join(tmpdir(), `cache-tests-${process.pid}`),
}
const origin = spawn(process.execPath, ['test-engine/server/server.mjs'], {
  cwd: folder,
  env: environment(settings),
})
await new Promise((ready) => origin.stdout.once('data', ready))
const stop = await proxy()
const client = spawn(process.execPath, ['--no-warnings', 'test-engine/cli.mjs'], {
  cwd: folder,
  env: environment({ base: `http://127.0.0.1:${proxyPort}`, id: '' }),
})
let text = ''
client.stdout.on('data', (chunk) => {
  text += chunk
})
await new Promise((done) => client.once('close', done))
origin.kill()
await stop()

const ours = JSON.parse(text) as Results
print('this one', ours)
const { default: index } = (await load('results/index.mjs')) as {
  default: readonly { file: string; name: string; version: string; type: string }[]
}
for (const { file, name, version, type } of index) {
  if (type !== 'browser')
    print(`${name} ${version}`, JSON.parse(readFileSync(join(folder, 'results', file), 'utf8')))
}
console.log('\nNot passed by this one:')
for (const test of tests) {
  const kind = test.kind ?? 'required'
  if (kind !== 'check' && outcome(test, ours) !== 'pass')
    console.log(`  ${kind.padEnd(9)} ${outcome(test, ours).padEnd(16)} ${test.id}`)
}
process.exit(0)

function environment(values: Record<string, string>): NodeJS.ProcessEnv {
  const named = Object.entries(values).flatMap(([key, value]) => [
    [`npm_config_${key}`, value],
    [`npm_package_config_${key}`, value],
  ])
  return { ...process.env, ...Object.fromEntries(named) }
}

function outcome(test: Test, results: Results): string {
  const found = judge.determineTestResult(suites, test.id, results)
  return Object.keys(judge.resultTypes).find((name) => judge.resultTypes[name] === found) ?? 'untested'
}

function print(name: string, results: Results): void {
  const passed = (kind: string) =>
    tests.filter((test) => (test.kind ?? 'required') === kind && outcome(test, results) === 'pass').length
  const of = (kind: string) => tests.filter((test) => (test.kind ?? 'required') === kind).length
  console.log(
    `${name.padEnd(36)} required ${passed('required')} of ${of('required')}   optimal ${passed('optimal')} of ${of('optimal')}`,
  )
}

async function proxy(): Promise<() => Promise<void>> {
  const yaml = `
onramp: [{ id: front, type: rest, linked: true, config: { host: 127.0.0.1, port: ${proxyPort} } }]
offramp: [{ id: origin, type: rest, linked: true, config: { endpoint: "http://127.0.0.1:${originPort}", cache: ${cache} } }]
route: [{ id: suite, from: front, rules: [{ to: origin }] }]
`
  const files = { read: () => yaml, list: () => [], isDirectory: () => false, stdin: () => '' }
  const catalogue = await loadCatalogue()
  const { plan, findings } = await check(['suite.yaml'], { files, env: {}, catalogue })
  if (plan === undefined) throw new Error(findings.map(({ message }) => message).join('\n'))
  const clock = wheelClock()
  const engine = new Engine({
    catalogue,
    clock,
    log: silentLog,
    metrics: createMetrics(),
    transport: transports.own,
    connectTo: [],
    instance: 'suite',
    host: { hostname: 'suite', version: '0.0.0', nanotime: () => clock.wallNs() },
  })
  await engine.apply(plan)
  return async () => void (await engine.stop(100))
}
