/** What of a configuration each worker has of its own, said to whoever runs several. Pure. */
import type { GraphNode } from '#dsl/graph.ts'
import { isRecord, type Value } from '#dsl/value.ts'
import type { PipelinePlan, Plan, RampPlan } from '../binding/plan.ts'

/** A sentence for each; empty if all is the same whoever does the work. */
export function perWorker({ offramps, pipelines }: Plan): readonly string[] {
  return [...offramps.flatMap(ofOfframp), ...pipelines.flatMap(ofPipeline)]
}

function ofOfframp({ address, config }: RampPlan): readonly string[] {
  if (!isRecord(config as Value)) return []
  const { cache, endpoints, concurrency } = config as Readonly<Record<string, unknown>>
  return [
    ...(cache === undefined
      ? []
      : [`${address}: its cache, also the folder of one on a disk; a purge reaches all`]),
    ...(endpoints === undefined
      ? []
      : [`${address}: whose turn it is, health and circuits of its endpoints`]),
    ...(concurrency === undefined ? [] : [`${address}: "concurrency", ${concurrency} for each worker`]),
  ]
}

/** Operators that remember something from one event to the next. */
const remembering: Readonly<Record<string, string>> = {
  'debug::history': 'what it has seen',
  'generic::backpressure': 'whether it is backing off',
  'generic::batch': 'the events it gathers',
  'generic::counter': 'its count',
  'grouper::bucket': 'its rates, so that more pass in all',
  'qos::backpressure': 'whether it is backing off',
  'qos::percentile': 'how much it lets pass',
  'qos::roundrobin': 'whose turn it is',
  'qos::wal': 'its events; under "dir" in a folder of its own, worker-1 and so on',
}

function ofPipeline({ address, graph }: PipelinePlan): readonly string[] {
  return graph.nodes.flatMap((node) => {
    const own = ofNode(node)
    return own === undefined ? [] : [`${address}, "${node.id}": ${own}`]
  })
}

function ofNode(node: GraphNode): string | undefined {
  if (node.kind === 'operator') return remembering[node.operator]
  if (node.kind === 'select' && node.select.windows.length > 0) return 'its windows'
  return undefined
}
