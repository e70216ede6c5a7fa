/** The package as others get it: packed, installed elsewhere, run there. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { root, start } from '../support/process.ts'

const folder = mkdtempSync(join(tmpdir(), 'temblor-package-'))
const temblor = join(folder, 'global/bin/temblor')
/** Nothing of the checkout: not its Node, not its packages. */
const path = `${join(folder, 'node')}:/usr/local/bin:/usr/bin:/bin`
const elsewhere = {
  cwd: join(folder, 'empty'),
  encoding: 'utf8',
  env: { ...process.env, PATH: path },
} as const

suite('the packed tarball', () => {
  before(() => {
    for (const name of ['empty', 'node', 'packed']) mkdirSync(join(folder, name))
    execFileSync('ln', ['-s', process.execPath, join(folder, 'node/node')])
    npm(root, 'pack', '--pack-destination', join(folder, 'packed'))
    const [tarball] = readdirSync(join(folder, 'packed'))
    npm(
      join(folder, 'empty'),
      'install',
      '--global',
      '--prefix',
      join(folder, 'global'),
      join(folder, 'packed', tarball!),
    )
  })
  after(() => rmSync(folder, { recursive: true }))

  test('knows its version', () => {
    assert.match(execFileSync(temblor, ['version'], elsewhere), /^temblor \d+\.\d+\.\d+ /)
  })

  test('needs no development package', () => {
    const installed = readdirSync(join(folder, 'global/lib/node_modules/temblor/node_modules'))
    assert.deepEqual(
      installed.filter((name) => ['peggy', 'typescript', 'node'].includes(name)),
      [],
    )
  })

  test('compiles scripts with the parser that was generated for it', () => {
    assert.equal(execFileSync(temblor, ['eval', '-n', '1 + 1'], elsewhere), '2\n')
  })

  test('runs the demo in an empty folder', async () => {
    const demo = start(temblor, ['demo', '--no-admin'], { PATH: path })
    await demo.says(/"msg":"Listening"/)
    const body = JSON.stringify({ snot: 'badger' })
    const response = await fetch('http://localhost:65535/anything', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    assert.equal(response.status, 200)
    const { json, headers } = (await response.json()) as {
      json: Record<string, string>
      headers: Record<string, string>
    }
    assert.equal(json['forwarded'], 'by=localhost:65535;host=localhost:65535;proto=http')
    assert.equal(headers['Host'], 'webserver01')
    assert.equal(await demo.stop(), 0)
  })

  test('an older Node gets one line', () => {
    const version = Number(
      execFileSync('/usr/bin/env', ['node', '--version'], {
        ...elsewhere,
        env: { ...process.env, PATH: '/usr/bin:/bin' },
      })
        .slice(1)
        .split('.')[0],
    )
    // The machine's own Node is an older one where this matters; under a newer one the package just runs.
    const wanted = version < 24 ? /^temblor needs Node 24 or newer, this is Node [\d.]+ .*\n$/ : /^$/
    let said = ''
    try {
      execFileSync(temblor, ['version'], {
        ...elsewhere,
        stdio: 'pipe',
        env: { ...process.env, PATH: '/usr/bin:/bin' },
      })
    } catch (error) {
      said = (error as { stderr: string }).stderr
    }
    assert.match(said, wanted)
  })
})

function npm(cwd: string, ...args: string[]): void {
  execFileSync('npm', [...args, '--loglevel=error', '--no-audit', '--no-fund'], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
