/** What of a configuration each worker has of its own, said to whoever runs several. Pure. */
import type { GraphNode } from '#dsl/graph.ts'
import { isRecord, type Value } from '#dsl/value.ts'
import type { PipelinePlan, Plan, RampPlan } from '../binding/plan.ts'

/** So many places are named for each kind of thing. */
const mostNamed = 5

/** A line for each kind of thing, with where it is; empty if all is the same whoever does the work. */
export function perWorker({ offramps, pipelines }: Plan): readonly string[] {
  const found = [...offramps.flatMap(ofOfframp), ...pipelines.flatMap(ofPipeline)]
  const places = Map.groupBy(found, ({ what }) => what)
  return [...places].map(([what, all]) => {
    const named = all.slice(0, mostNamed).map(({ where }) => where)
    const more = all.length > mostNamed ? `, and ${all.length - mostNamed} more` : ''
    return `${what}: ${named.join(', ')}${more}`
  })
}

interface Own {
  readonly what: string
  readonly where: string
}

function ofOfframp({ address, config }: RampPlan): readonly Own[] {
  if (!isRecord(config as Value)) return []
  const { cache, endpoints, concurrency } = config as Readonly<Record<string, unknown>>
  const all = [
    cache !== undefined && 'cached answers, also the folder of those on a disk; a purge reaches all',
    endpoints !== undefined && 'turns, health and circuits of endpoints',
    concurrency !== undefined && 'the limit "concurrency", which holds for each',
  ]
  return all.filter((what) => what !== false).map((what) => ({ what, where: address }))
}

/** Operators that remember something from one event to the next. */
const remembering: Readonly<Record<string, string>> = {
  'generic::backpressure': 'backing off',
  'generic::batch': 'batches',
  'generic::counter': 'counts',
  'grouper::bucket': 'rates of buckets, so that more pass in all',
  'qos::backpressure': 'backing off',
  'qos::percentile': 'how much is let pass',
  'qos::roundrobin': 'turns of round robins',
  'qos::wal': 'stored events; under "dir" in a folder for each, worker-1 and so on',
}

function ofPipeline({ address, graph }: PipelinePlan): readonly Own[] {
  return graph.nodes.flatMap((node) => {
    const what = ofNode(node)
    return what === undefined ? [] : [{ what, where: `${address} "${node.id}"` }]
  })
}

function ofNode(node: GraphNode): string | undefined {
  if (node.kind === 'operator') return remembering[node.operator]
  if (node.kind === 'select' && node.select.windows.length > 0) return 'windows'
  return undefined
}
