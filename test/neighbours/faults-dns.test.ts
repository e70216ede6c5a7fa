/** F4: names that do not exist, a name server that says nothing, one that comes back; before the system's own resolver. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

test('F4: known hosts are served while the name server is dead, unknown ones are told soon', async () => {
  const resolv = join(mkdtempSync(join(tmpdir(), 'dns-')), 'resolv.conf')
  writeFileSync(resolv, 'nameserver 127.0.0.1\n')
  const inside = fileURLToPath(new URL('faults-dns-inside.ts', import.meta.url))
  const script = 'ip link set lo up; mount --bind "$1" /etc/resolv.conf; exec "$2" "$3"'
  const { stdout } = await promisify(execFile)(
    'unshare',
    ['--map-root-user', '--net', '--mount', 'sh', '-ec', script, 'sh', resolv, process.execPath, inside],
    { timeout: 60_000 },
  )
  console.log(stdout.trim())
  const seen = JSON.parse(stdout)
  assert.equal(seen.first.status, 200)
  assert.deepEqual([seen.unknown.status, seen.unknown.reason], [502, 'upstream_unreachable'])
  assert.ok(seen.unknown.ms < 1500)
  assert.equal(seen.silent.status, 502)
  assert.ok(seen.silent.ms < 1500)
  assert.ok(seen.asked > 80)
  assert.equal(seen.failed, 0)
  assert.ok(seen.slowest < 500)
  assert.equal(seen.again.status, 200)
})
