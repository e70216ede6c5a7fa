/** Every query of the dashboard returns a series from a real Prometheus that scraped a real run. Run by `.ci/run`. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { gateway, upstream } from '../gateways/support.ts'
import { ask } from '../support/ask.ts'
import { root, start } from '../support/process.ts'

const prometheusPort = 19090

test('the eight indicators, from a Prometheus', async () => {
  const service = await upstream()
  const directory = mkdtempSync(join(tmpdir(), 'temblor-prometheus-'))
  writeFileSync(
    join(directory, 'proxy.yaml'),
    `
onramp: [{ id: http_in, type: rest, linked: true, config: { host: 127.0.0.1, port: 0 } }]
offramp: [{ id: service, type: rest, linked: true, config: { endpoint: "http://127.0.0.1:${service.port}" } }]
route: [{ id: main, from: http_in, to: service }]
`,
  )
  const proxy = await gateway([join(directory, 'proxy.yaml'), '--metrics', '127.0.0.1:0'])
  const [{ url } = {}] = proxy.lines('Metrics are served')
  writeFileSync(
    join(directory, 'prometheus.yml'),
    `
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: temblor
    static_configs: [{ targets: ["${new URL(String(url)).host}"] }]
`,
  )
  const prometheus = start('prometheus', [
    `--config.file=${join(directory, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${prometheusPort}`,
  ])
  try {
    await prometheus.says(/Server is ready/)
    const { panels } = JSON.parse(readFileSync(join(root, 'deploy/dashboards/temblor.json'), 'utf8'))
    const queries: string[] = panels.flatMap((panel: { targets: { expr: string }[] }) =>
      panel.targets.map(({ expr }) => expr),
    )
    assert.ok(queries.length >= 8)
    const missing = new Set(queries)
    for (let tries = 0; missing.size > 0 && tries < 60; tries++) {
      for (let n = 0; n < 20; n++) await ask(proxy.port)
      await pause(500)
      for (const query of missing) if (await answers(query)) missing.delete(query)
    }
    assert.deepEqual([...missing], [])
  } finally {
    await prometheus.stop()
    await proxy.running.stop()
    await service.close()
    rmSync(directory, { recursive: true })
  }
})

/** Whether a query gives a number, not only a series of NaN. */
async function answers(query: string): Promise<boolean> {
  const filled = query
    .replaceAll('$__rate_interval', '10s')
    .replaceAll('$__range', '1m')
    .replaceAll('$job', '.*')
    .replaceAll('$cpu_limit', '0.6')
    .replaceAll('$memory_limit', '536870912')
  const { status, body } = await ask(prometheusPort, {
    path: `/api/v1/query?query=${encodeURIComponent(filled)}`,
  })
  assert.equal(status, 200, body)
  const { data } = JSON.parse(body)
  return data.result.some(({ value }: { value: [number, string] }) => value[1] !== 'NaN')
}
