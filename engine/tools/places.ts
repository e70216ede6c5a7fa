/** The addresses of a plan's ports: where a test may insert and look. */
import { nearest } from '#dsl/nearest.ts'
import type { EndPlan, Plan } from '../binding/plan.ts'

export interface Places {
  /** The port of this address, the slash before it left out or not. */
  end(address: string): EndPlan | undefined
  /** Something that is nearly it. */
  near(address: string): string | undefined
}

export function placesOf(plan: Plan): Places {
  const ends = new Map<string, EndPlan>()
  const add = (kind: EndPlan['kind'], address: string, ports: readonly string[]) => {
    for (const port of ports) ends.set(`${address}/${port}`, { kind, address, port })
  }
  for (const { address } of plan.onramps) add('onramp', address, ['in', 'out', 'err'])
  for (const { address } of plan.offramps) add('offramp', address, ['in', 'out', 'err'])
  for (const { address, graph } of plan.pipelines) {
    const ports = graph.nodes.flatMap((node) =>
      node.kind === 'input' || node.kind === 'output' ? [node.port] : [],
    )
    add('pipeline', address, ports)
  }
  return {
    end: (address) => ends.get(address.startsWith('/') ? address : `/${address}`),
    near: (address) => nearest(address, ends.keys()),
  }
}
