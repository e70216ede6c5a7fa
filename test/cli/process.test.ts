/** Temblor as a process: what service managers, shells and editors rely on. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { respond } from '#engine/respond.ts'
import { handClock } from '#engine/tools/hand-clock.ts'
import { root, temblor } from '../support/process.ts'

const folder = mkdtempSync(join(tmpdir(), 'temblor-process-'))
const cleanups: (() => unknown)[] = []
after(async () => {
  for (const clean of cleanups) await clean()
  rmSync(folder, { recursive: true })
})

/** Whatever a failed test leaves behind is ended with the file. */
function started(...args: string[]): ReturnType<typeof temblor> {
  const running = temblor(...args)
  cleanups.push(() => running.process.kill('SIGKILL'))
  return running
}

/** Answers every request with its own body and this header. */
function writeEcho(name: string, mark: string): string {
  const path = join(folder, name)
  writeFileSync(
    path,
    `onramp: [{ id: http, type: rest, linked: true, codec: string, config: { host: 127.0.0.1, port: 0 } }]
binding:
  - id: main
    links:
      "/onramp/http/{instance}/out": ["/pipeline/${mark}/{instance}/in"]
      "/pipeline/${mark}/{instance}/out": ["/onramp/http/{instance}/in"]
mapping: { /binding/main/01: { instance: "01" } }
`,
  )
  writeFileSync(
    join(folder, `${mark}.trickle`),
    `define script answer script let $response = {"headers": {"x-mark": "${mark}"}}; event end;
create script answer;
select event from in into answer;
select event from answer into out;
`,
  )
  return path
}

function files(name: string, ...marks: string[]): string[] {
  return [join(folder, name), ...marks.map((mark) => join(folder, `${mark}.trickle`))]
}

async function baseOf(running: ReturnType<typeof started>): Promise<string> {
  const line = JSON.parse(await running.says(/"msg":"Listening"/))
  return line.at[0]
}

async function markOf(base: string): Promise<string | null> {
  return (await fetch(base, { method: 'POST', body: 'x' })).headers.get('x-mark')
}

suite('run', () => {
  test('says in a few lines, the last of them where it listens, and answers; SIGTERM ends it with 0', async () => {
    writeEcho('echo.yaml', 'one')
    const running = started('run', ...files('echo.yaml', 'one'), '--no-admin')
    const base = await baseOf(running)
    const lines = running.stderr().trimEnd().split('\n')
    assert.ok(lines.length <= 10)
    assert.match(lines.at(-1)!, /"msg":"Listening"/)
    assert.equal(await markOf(base), 'one')
    assert.equal(running.stdout(), '', 'stdout is for results')
    assert.equal(await running.stop(), 0)
  })

  test('--watch applies a valid edit in place, and keeps the old configuration on an invalid one, saying why', async () => {
    const path = writeEcho('watched.yaml', 'before')
    writeEcho('unused.yaml', 'after')
    const running = started('run', ...files('watched.yaml', 'before', 'after'), '--watch', '--no-admin')
    const base = await baseOf(running)
    assert.equal(await markOf(base), 'before')

    writeFileSync(path, 'onramp: [{ id: http, typ: rest }]')
    const refused = JSON.parse(await running.says(/the old one stays/))
    assert.match(refused.report, /watched\.yaml:1:22/)
    assert.equal(await markOf(base), 'before')

    writeEcho('watched.yaml', 'after')
    const applied = JSON.parse(await running.says(/Configuration applied/))
    assert.equal(applied.why, 'file changed')
    assert.equal(await markOf(base), 'after')
    assert.equal(await running.stop(), 0)
  })

  test('a change of a script that the YAML refers to is a change', async () => {
    writeEcho('script.yaml', 'script')
    const running = started('run', ...files('script.yaml', 'script'), '--watch', '--no-admin')
    const base = await baseOf(running)
    const path = join(folder, 'script.trickle')
    writeFileSync(
      path,
      'define script answer script let $response = {"headers": {"x-mark": "edited"}}; event end;\ncreate script answer;\nselect event from in into answer;\nselect event from answer into out;\n',
    )
    await running.says(/Configuration applied/)
    assert.equal(await markOf(base), 'edited')
    assert.equal(await running.stop(), 0)
  })

  test('SIGHUP reads the files again', async () => {
    writeEcho('hup.yaml', 'old')
    writeEcho('unused.yaml', 'new')
    const running = started('run', ...files('hup.yaml', 'old', 'new'), '--no-admin')
    const base = await baseOf(running)
    writeEcho('hup.yaml', 'new')
    running.process.kill('SIGHUP')
    assert.equal(JSON.parse(await running.says(/Configuration applied/)).why, 'SIGHUP')
    assert.equal(await markOf(base), 'new')
    assert.equal(await running.stop(), 0)
  })

  test('while draining it is not ready, and finishes what is in flight; a second signal does not wait', async () => {
    const clock = handClock()
    const upstream = await respond({ host: '127.0.0.1', listen: [{ port: 0 }], clock })
    cleanups.push(upstream.close)
    writeFileSync(
      join(folder, 'slow.yaml'),
      `onramp: [{ id: http, type: rest, linked: true, codec: string, config: { host: 127.0.0.1, port: 0 } }]
offramp: [{ id: slow, type: rest, linked: true, codec: string, config: { endpoint: { host: 127.0.0.1, port: ${upstream.servers[0]!.port}, path: /delay/5 } } }]
binding:
  - id: main
    links:
      "/onramp/http/{instance}/out": ["/pipeline/pass/{instance}/in"]
      "/pipeline/pass/{instance}/out": ["/offramp/slow/{instance}/in"]
      "/offramp/slow/{instance}/out": ["/pipeline/system::passthrough/{instance}/in"]
      "/pipeline/system::passthrough/{instance}/out": ["/onramp/http/{instance}/in"]
mapping: { /binding/main/01: { instance: "01" } }
`,
    )
    writeFileSync(join(folder, 'pass.trickle'), 'select event from in into out;\n')
    const running = started('run', ...files('slow.yaml', 'pass'), '--admin', ':0')
    const admin = JSON.parse(await running.says(/Admin listens/)).url
    const base = await baseOf(running)
    assert.equal((await fetch(`${admin}/readyz`)).status, 200)
    const ended = new Promise((resolve) => running.process.once('exit', resolve))

    const answer = fetch(base).then(
      ({ status }) => status,
      () => 'cut',
    )
    while (clock.pending === 0) await new Promise(setImmediate)
    running.process.kill('SIGTERM')
    await running.says(/Draining/)
    assert.equal((await fetch(`${admin}/readyz`)).status, 503)
    await assert.rejects(fetch(base))
    running.process.kill('SIGTERM')
    assert.equal(await ended, 1)
    assert.equal(await answer, 'cut')
  })

  test('an invalid configuration ends it with 78 and the findings', async () => {
    writeFileSync(join(folder, 'bad.yaml'), 'onramps: []\n')
    const { code, stderr } = await ended('run', join(folder, 'bad.yaml'))
    assert.equal(code, 78)
    assert.match(stderr, /bad\.yaml:1:1/)
  })

  test('a port that is taken ends it with 1 and says which node wanted it', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as { port: number }
    const path = writeEcho('taken.yaml', 'taken')
    writeFileSync(path, readFileSync(path, 'utf8').replace('port: 0', `port: ${port}`))
    const { code, stderr } = await ended('run', ...files('taken.yaml', 'taken'), '--no-admin')
    taken.close()
    assert.equal(code, 1)
    assert.match(stderr, /Cannot start \/onramp\/http\/01/)
  })
})

test('started by npm, it ends when the shell that npm started it by is gone', async () => {
  writeEcho('npm.yaml', 'npm')
  const words = ['"$NODE"', 'bin/temblor.js', 'run', ...files('npm.yaml', 'npm'), '--no-admin']
  const env = { ...process.env, NODE: process.execPath, npm_lifecycle_event: 'start' }
  const shell = spawn('sh', ['-c', `${words.join(' ')}; true`], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  const closed = once(shell.stderr, 'close')
  for await (const piece of shell.stderr.setEncoding('utf8')) {
    said += piece
    // The listening process holds stderr open; only when it ends too does this loop.
    if (said.includes('"msg":"Listening"')) shell.kill('SIGTERM')
  }
  await closed
  assert.match(said, /"why":"SIGTERM","msg":"Draining"/)
})

test('a reader that has seen enough is no failure', async () => {
  const { code, stderr } = await shell('set -o pipefail; "$NODE" bin/temblor.js list | head -c 10')
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
})

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function ended(...args: string[]): Promise<Ended> {
  const all = [join(root, 'bin/temblor.js'), ...args]
  return new Promise((resolve) => {
    const child = execFile(process.execPath, all, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

function shell(line: string): Promise<Ended> {
  const env = { ...process.env, NODE: process.execPath }
  return new Promise((resolve) => {
    const child = execFile('bash', ['-c', line], { cwd: root, env }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}
