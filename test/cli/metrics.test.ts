import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMetrics } from '#engine/metrics.ts'

async function own(metrics: { render(): Promise<string> }): Promise<string> {
  return (await metrics.render()).split('# HELP process_')[0]!.trimEnd()
}

test('counters, gauges and histograms as Prometheus reads them', async () => {
  const metrics = createMetrics()
  const events = metrics.counter('temblor_node_events_total', 'Events.', ['node', 'port'])
  events.with('/onramp/a/1', 'out').value += 2
  events.with('/onramp/a/1', 'err').value += 1
  metrics.gauge('temblor_queue_depth', 'Waiting.').with().value = 7
  const seconds = metrics.histogram('temblor_seconds', 'How long.', ['node'], [0.1, 1]).with('x"\\\n')
  for (const value of [0.1, 0.5, 2]) seconds.observe(value)
  assert.equal(
    await own(metrics),
    `# HELP temblor_node_events_total Events.
# TYPE temblor_node_events_total counter
temblor_node_events_total{node="/onramp/a/1",port="out"} 2
temblor_node_events_total{node="/onramp/a/1",port="err"} 1

# HELP temblor_queue_depth Waiting.
# TYPE temblor_queue_depth gauge
temblor_queue_depth 7

# HELP temblor_seconds How long.
# TYPE temblor_seconds histogram
temblor_seconds_bucket{node="x\\"\\\\\\n",le="0.1"} 1
temblor_seconds_bucket{node="x\\"\\\\\\n",le="1"} 2
temblor_seconds_bucket{node="x\\"\\\\\\n",le="+Inf"} 3
temblor_seconds_sum{node="x\\"\\\\\\n"} 2.6
temblor_seconds_count{node="x\\"\\\\\\n"} 3`,
  )
})

test('the process is measured too', async () => {
  assert.match(await createMetrics().render(), /^process_resident_memory_bytes \d+/m)
})

test('asking again gives the same cells; asking differently is our bug', () => {
  const metrics = createMetrics()
  metrics.counter('a_total', 'A.', ['node']).with('x').value = 3
  assert.equal(metrics.counter('a_total', 'A.', ['node']).with('x').value, 3)
  assert.throws(() => metrics.counter('a_total', 'A.', ['port']), /declared twice/)
  assert.throws(() => metrics.gauge('a_total', 'A.', ['node']), /declared twice/)
})

test('what is gone is not shown any more', async () => {
  const metrics = createMetrics()
  const up = metrics.gauge('up', 'Up.', ['node'])
  up.with('a').value = 1
  up.with('b').value = 1
  up.remove('a')
  assert.doesNotMatch(await own(metrics), /node="a"/)
})

test('a family has at most 2000 series; the rest is counted together, and said once', async () => {
  const full: string[] = []
  const metrics = createMetrics((family) => void full.push(family))
  const family = metrics.counter('a_total', 'A.', ['x', 'y'])
  for (let n = 0; n < 2100; n++) family.with(String(n), 'y').value += 1
  assert.deepEqual(full, ['a_total'])
  assert.match(await own(metrics), /^a_total\{x="_other",y="_other"\} 100$/m)
})

test('what is known elsewhere is asked before each scrape, until it is gone', async () => {
  const metrics = createMetrics()
  const depth = metrics.gauge('depth', 'Depth.').with()
  const forget = metrics.beforeScrape(() => void depth.value++)
  assert.match(await own(metrics), /^depth 1$/m)
  forget()
  assert.match(await own(metrics), /^depth 1$/m)
})
