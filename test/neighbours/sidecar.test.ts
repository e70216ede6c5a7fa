/** The page's chain with a real enricher: nginx, the sidecar, the destination, as deploy/sidecar/pod.yaml puts them in a pod. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import { gateway, upstream, valuesOf } from '../gateways/support.ts'
import { ask } from '../support/ask.ts'
import { root, start } from '../support/process.ts'

const nginxPort = 18081

/** Not the synchronous one: the destinations are in this process. */
const run = promisify(execFile)

test("curl -H 'environment: dev' by nginx and the sidecar to example.com", async () => {
  const com = await upstream((_, response) =>
    response.setHeader('destination_app', 'ok').end('Example Domain'),
  )
  const org = await upstream((_, response) => response.writeHead(404).end('default'))
  const directory = mkdtempSync(join(tmpdir(), 'temblor-sidecar-'))
  writeFileSync(join(directory, 'config.yaml'), manifest('sidecar-config', 'config.yaml'))
  const sidecar = await gateway(
    [
      '--from',
      'sidecar-dispatcher',
      '--connect-to',
      `example.com:80:127.0.0.1:${com.port}`,
      '--connect-to',
      `example.org:80:127.0.0.1:${org.port}`,
    ],
    { SIDECAR_CONFIG: join(directory, 'config.yaml'), SIDECAR_PORT: '0' },
  )
  const conf = manifest('acme-enricher-config', 'nginx.conf')
    .replace('listen 8080', `listen 127.0.0.1:${nginxPort}`)
    .replace('127.0.0.1:5000', `127.0.0.1:${sidecar.port}`)
    .replaceAll('/tmp/', `${directory}/`)
    // What Node calls a pipe is a socket, which cannot be opened by that name.
    .replaceAll(/\/dev\/std(?:err|out)/g, join(directory, 'nginx.log'))
  writeFileSync(join(directory, 'nginx.conf'), conf)
  const nginx = start('nginx', ['-c', join(directory, 'nginx.conf'), '-g', 'daemon off;'], {
    PATH: `${process.env['PATH']}:/usr/sbin`,
  })
  try {
    await listening()
    const url = `http://127.0.0.1:${nginxPort}`
    const { stdout: shown } = await run('curl', ['-s', '-i', '-H', 'environment: dev', `${url}/`])
    assert.match(shown, /^HTTP\/1\.1 200 /)
    assert.match(shown, /^destination_app: ok\r$/m)
    assert.match(shown, /Example Domain$/)
    const seen = com.seen.at(-1)
    assert.deepEqual(valuesOf(seen, 'host'), ['example.com'])
    assert.deepEqual(valuesOf(seen, 'dispatched'), ['true'])
    assert.deepEqual(valuesOf(seen, 'enriched'), ['true'])
    assert.deepEqual(valuesOf(seen, 'x-real-ip'), ['127.0.0.1'])
    assert.deepEqual(valuesOf(seen, 'x-forwarded-for'), ['127.0.0.1'])
    const { stdout: plain } = await run('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', `${url}/a?b`])
    assert.equal(plain, '404')
    assert.equal(org.seen.at(-1)?.url, '/a?b')
    const line = JSON.parse(await sidecar.running.says(/"rule":"dev".*"msg":"dispatch"/))
    assert.deepEqual(line.dispatch.headers, ['Host', 'dispatched'])
  } finally {
    await nginx.stop()
    await sidecar.running.stop()
    await com.close()
    await org.close()
    rmSync(directory, { recursive: true })
  }
})

/** A file of a ConfigMap in the manifest. */
function manifest(name: string, file: string): string {
  const documents = parseAllDocuments(readFileSync(join(root, 'deploy/sidecar/pod.yaml'), 'utf8'))
  const found = documents
    .map((each) => each.toJS())
    .find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name)
  return found.data[file]
}

async function listening(): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const reply = await ask(nginxPort).catch(() => undefined)
    if (reply !== undefined) return
    await pause(50)
  }
  throw new Error('nginx does not listen')
}
