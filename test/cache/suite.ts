/**
 * Runs the public suite for HTTP caches, github.com/http-tests/cache-tests, against this cache and others side by side:
 *
 *     node test/cache/suite.ts CHECKOUT [--beside nginx,varnish,squid,trafficserver] [--cache '{"stale_if_error": "60s"}'] [--out FILE]
 *
 * CHECKOUT needs `npm install --ignore-scripts` once. `--cache` is what stands under `cache:` of our offramp. Peers are those of Debian, set
 * up in peers.ts; each runs before a server of its own, all at once, since the suite mostly waits.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { root } from '../support/process.ts'
import { type CachePeer, openFolder, type Place, peers } from './peers.ts'
import { reasons } from './reasons.ts'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    beside: { type: 'string', default: '' },
    cache: { type: 'string', default: '{}' },
    out: { type: 'string' },
  },
})
const folder = resolve(positionals[0] ?? '')
if (!existsSync(join(folder, 'test-engine/cli.mjs')))
  throw new Error(`There is no checkout of cache-tests in "${folder}"`)
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

const ours: CachePeer = {
  version: [process.execPath, join(root, 'bin/temblor.js'), 'version'],
  start({ port, origin, folder }) {
    const path = join(folder, 'suite.yaml')
    writeFileSync(
      path,
      `onramp: [{ id: front, type: rest, linked: true, config: { host: 127.0.0.1, port: ${port} } }]
offramp: [{ id: origin, type: rest, linked: true, config: { endpoint: "http://127.0.0.1:${origin}", cache: ${flags.cache} } }]
route: [{ id: suite, from: front, rules: [{ to: origin }] }]
`,
    )
    return { line: [process.execPath, join(root, 'bin/temblor.js'), 'run', path, '--no-admin'] }
  },
}

const named = flags.beside.split(',').filter((name) => name !== '')
for (const name of named)
  if (peers[name] === undefined)
    throw new Error(`There is no peer "${name}", only ${Object.keys(peers).join(', ')}`)
const taking = [['temblor', ours] as const, ...named.map((name) => [name, peers[name]!] as const)]
const runs = await Promise.all(
  taking.map(async ([name, peer]) => ({ name, version: versionOf(peer), results: await run(peer) })),
)
if (flags.out !== undefined) writeFileSync(flags.out, `${JSON.stringify(runs, null, 2)}\n`)

console.log('Of this run:')
for (const { name, version, results } of runs) print(`${name} ${version}`, results)
console.log('\nAs the suite publishes them:')
const { default: index } = (await load('results/index.mjs')) as {
  default: readonly { file: string; name: string; version: string; type: string }[]
}
for (const { file, name, version, type } of index)
  if (type !== 'browser')
    print(`${name} ${version}`, JSON.parse(readFileSync(join(folder, 'results', file), 'utf8')))
explain(runs[0]!.results)

async function run(peer: CachePeer): Promise<Results> {
  const place: Place = {
    port: await freePort(),
    origin: await freePort(),
    folder: openFolder(mkdtempSync(join(tmpdir(), 'cache-suite-'))),
  }
  const origin = spawn(process.execPath, ['test-engine/server/server.mjs'], {
    cwd: folder,
    env: environment({ protocol: 'http', port: String(place.origin), pidfile: join(place.folder, 'origin') }),
  })
  const { line, env } = peer.start(place)
  const [command, ...args] = line
  const proxy = spawn(command!, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let said = ''
  for (const stream of [proxy.stdout, proxy.stderr]) stream.on('data', (chunk) => (said += chunk))
  try {
    await Promise.all([listens(place.origin), listens(place.port)]).catch(() => {
      throw new Error(`"${line.join(' ')}" does not serve:\n${said}`)
    })
    await passes(place.port)
    return await ask(place.port)
  } finally {
    for (const child of [proxy, origin]) await end(child)
    rmSync(place.folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function ask(port: number): Promise<Results> {
  const client = spawn(process.execPath, ['--no-warnings', 'test-engine/cli.mjs'], {
    cwd: folder,
    env: environment({ base: `http://127.0.0.1:${port}`, id: '' }),
  })
  let text = ''
  client.stdout.on('data', (chunk) => (text += chunk))
  await once(client, 'close')
  return JSON.parse(text) as Results
}

async function end(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000)
  child.kill('SIGTERM')
  await once(child, 'exit')
  clearTimeout(timer)
}

/** What the suite's programs take for settings of npm. */
function environment(values: Record<string, string>): NodeJS.ProcessEnv {
  const settings = Object.entries(values).flatMap(([key, value]) => [
    [`npm_config_${key}`, value],
    [`npm_package_config_${key}`, value],
  ])
  return { ...process.env, ...Object.fromEntries(settings) }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function listens(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(port, '127.0.0.1')
    const connected = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (connected) return
    await pause(50)
  }
  throw new Error(`Nothing listens on ${port}`)
}

/** A proxy that listens may not reach its upstream yet: the first case of the suite would be lost, and with it all that depend on it. */
async function passes(port: number): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'PUT', body: 'x' })
    await answer.body?.cancel()
    if (answer.status < 500) return
    await pause(100)
  }
  throw new Error(`What listens on ${port} does not reach the server of the suite`)
}

function versionOf({ version }: CachePeer): string {
  const { error, stdout, stderr } = spawnSync(version[0]!, version.slice(1), { encoding: 'utf8' })
  if (error !== undefined) throw new Error(`There is no "${version[0]}" here`)
  return /\d+(\.\d+)+/.exec(`${stdout}${stderr}`)?.[0] ?? ''
}

function outcome(test: Test, results: Results): string {
  const found = judge.determineTestResult(suites, test.id, results)
  return Object.keys(judge.resultTypes).find((name) => judge.resultTypes[name] === found) ?? 'untested'
}

function print(name: string, results: Results): void {
  const of = (kind: string) => tests.filter((test) => (test.kind ?? 'required') === kind)
  const passed = (kind: string) => of(kind).filter((test) => outcome(test, results) === 'pass').length
  const counts = ['required', 'optimal'].map((kind) => `${kind} ${passed(kind)} of ${of(kind).length}`)
  console.log(`  ${name.padEnd(34)}${counts.join('   ')}`)
}

/** Which ones we do not pass, and why. */
function explain(results: Results): void {
  console.log('\nNot passed by this one:')
  for (const test of tests) {
    const [kind, found] = [test.kind ?? 'required', outcome(test, results)]
    if (kind === 'check' || found === 'pass') continue
    console.log(
      `  ${kind.padEnd(9)} ${test.id.padEnd(46)} ${reasons[test.id] ?? `not accounted for: ${results[test.id]}`}`,
    )
  }
}
