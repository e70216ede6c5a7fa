/** The dashboard asks for what there is: the eight indicators of the page, over metrics that a run of ours has. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ask } from '../support/ask.ts'
import { root } from '../support/process.ts'
import { folder, gateway, upstream } from './support.ts'

interface Panel {
  readonly title: string
  readonly targets: readonly { readonly expr: string }[]
}

const dashboard: { readonly panels: readonly Panel[] } = JSON.parse(
  readFileSync(join(root, 'deploy/dashboards/temblor.json'), 'utf8'),
)

test("it has a panel for each of the page's indicators", () => {
  assert.deepEqual(
    dashboard.panels.map(({ title }) => title),
    [
      'Request Volume',
      'Latency',
      'Request Success Rate',
      'Request Processing Time',
      'Response Processing Time',
      'Number of Pods',
      '% CPU Usage per Pod',
      '% Memory Usage per Pod',
    ],
  )
})

test('every metric and label it asks for is in what a run of ours shows', async () => {
  const service = await upstream()
  const files = folder({
    'proxy.yaml': `
onramp: [{ id: http_in, type: rest, linked: true, config: { host: 127.0.0.1, port: 0 } }]
offramp: [{ id: service, type: rest, linked: true, config: { endpoint: "http://127.0.0.1:${service.port}" } }]
route: [{ id: main, from: http_in, to: service }]
`,
  })
  const proxy = await gateway([files.path, '--metrics', '127.0.0.1:0'])
  const [{ url } = {}] = proxy.lines('Metrics are served')
  await ask(proxy.port)
  const { body } = await ask(Number(new URL(String(url)).port), { path: '/metrics' })
  const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
  for (const query of queries) {
    for (const [, name, labels] of query.matchAll(/([a-z_]+)\{([^}]*)\}/g)) {
      if (name === 'up') continue
      const series = body
        .split('\n')
        .filter((line) => line.startsWith(`${name!} `) || line.startsWith(`${name!}{`))
      assert.ok(series.length > 0, name!)
      for (const [, label] of labels!.matchAll(/([a-z_]+)(?:=~|!~|=|!=)/g))
        if (label !== 'job') assert.ok(series[0]!.includes(`${label!}="`), label!)
    }
  }
  await proxy.running.stop()
  await service.close()
  files.remove()
})
