/** Metrics of several processes become those of one. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { createMetrics } from '#engine/metrics.ts'
import { countedOf, mergeMetrics } from '#engine/workers/merge.ts'

const cases: readonly {
  readonly name: string
  readonly parts: Readonly<Record<string, string>>
  readonly merged: string
}[] = [
  {
    name: 'counters are added up by their labels',
    parts: {
      1: '# TYPE a_total counter\na_total{x="1"} 2\na_total{x="2"} 1',
      2: '# TYPE a_total counter\na_total{x="1"} 3',
    },
    merged: 'a_total{x="1"} 5\na_total{x="2"} 1',
  },
  {
    name: 'so are the buckets of histograms',
    parts: {
      1: '# TYPE h histogram\nh_bucket{le="0.1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 0.5\nh_count 2',
      2: '# TYPE h histogram\nh_bucket{le="0.1"} 0\nh_bucket{le="+Inf"} 1\nh_sum 0.25\nh_count 1',
    },
    merged: 'h_bucket{le="0.1"} 1\nh_bucket{le="+Inf"} 3\nh_sum 0.75\nh_count 3',
  },
  {
    name: 'gauges that count something are added up',
    parts: {
      1: '# TYPE temblor_upstream_inflight gauge\ntemblor_upstream_inflight{node="/a"} 2',
      2: '# TYPE temblor_upstream_inflight gauge\ntemblor_upstream_inflight{node="/a"} 3',
    },
    merged: 'temblor_upstream_inflight{node="/a"} 5',
  },
  {
    name: 'other gauges are told apart by their worker',
    parts: {
      1: '# TYPE lag_seconds gauge\nlag_seconds 0.5\n# TYPE up gauge\nup{node="/a"} 1',
      2: '# TYPE lag_seconds gauge\nlag_seconds 0.25\n# TYPE up gauge\nup{node="/a"} 0',
    },
    merged:
      'lag_seconds{worker="1"} 0.5\nlag_seconds{worker="2"} 0.25\nup{node="/a",worker="1"} 1\nup{node="/a",worker="2"} 0',
  },
  {
    name: 'what the parent says of all of them has no label',
    parts: { 0: '# TYPE temblor_workers gauge\ntemblor_workers 2\n# TYPE lag gauge\nlag 1' },
    merged: 'temblor_workers 2\nlag{worker="0"} 1',
  },
  {
    name: 'label values may hold anything',
    parts: {
      1: '# TYPE a_total counter\na_total{x="} 7 \\" {"} 2',
      2: '# TYPE a_total counter\na_total{x="} 7 \\" {"} 2',
    },
    merged: 'a_total{x="} 7 \\" {"} 4',
  },
]

suite('metrics of several processes', () => {
  for (const { name, parts, merged } of cases)
    test(name, () => assert.equal(samplesOf(mergeMetrics(partsOf(parts))), merged))

  test('what our own metrics print comes through', async () => {
    const one = createMetrics()
    one.counter('a_total', 'Things.', ['x']).with('y "z"').value = 3
    one.histogram('h_seconds', 'Times.').with().observe(0.3)
    const text = await one.render()
    const merged = mergeMetrics(partsOf({ 1: text, 2: text }))
    assert.match(merged, /^# HELP a_total Things\.\n# TYPE a_total counter\na_total\{x="y \\"z\\""\} 6\n/m)
    assert.match(merged, /^h_seconds_bucket\{le="0\.5"\} 2$/m)
    assert.match(merged, /^h_seconds_sum 0\.6$/m)
    assert.match(merged, /^process_cpu_seconds_total \d/m)
    assert.equal(merged.match(/^# TYPE process_resident_memory_bytes gauge$/gm)?.length, 1)
  })

  test('of a worker that is gone, what it has counted still counts, and nothing else', () => {
    const text = '# TYPE a_total counter\na_total 5\n# TYPE g_bytes gauge\ng_bytes 7\n'
    assert.equal(samplesOf(countedOf(text)), 'a_total 5')
    const merged = mergeMetrics([
      { worker: '1', text },
      { worker: '', text: countedOf(text) },
    ])
    assert.equal(samplesOf(merged), 'a_total 10\ng_bytes 7')
  })
})

function partsOf(parts: Readonly<Record<string, string>>) {
  return Object.entries(parts).map(([worker, text]) => ({ worker, text }))
}

function samplesOf(text: string): string {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .join('\n')
}
