/** Selects with groups and windows, as the compiler would make them; the value of a window names the requests in it. */
import type { Aggregate } from '#dsl/function.ts'
import type { GraphNode } from '#dsl/graph.ts'
import type { Frame, SelectProgram, WindowProgram } from '#dsl/program.ts'
import { fieldOf, isRecord, type Value } from '#dsl/value.ts'
import { hasWindow, type WindowSpec } from './spec.ts'

type Span = GraphNode['span']

export function windowSelect(
  node: WindowSpec,
  { span, markerOf }: { span: Span; markerOf: (meta: Value) => number },
): SelectProgram {
  const windows = windowsOf(node, span)
  const fresh = { by: node.id }
  return {
    form: 'full',
    demand: { readsEvent: false, writesEvent: true, readsMeta: true, writesMeta: false },
    target: (frame) => (frame.aggregates === null ? fresh : made(frame)),
    ...(node.groups === 'none' ? {} : { groups: (frame: Frame) => groupsOf(node, markerOf(frame.meta)) }),
    windows,
    aggregates: windows.length === 0 ? [] : [{ aggregate: markers, args: [(frame) => seenIn(frame)], span }],
  }

  function made({ aggregates, group }: Frame): Value {
    const value = { window: node.id, of: aggregates![0]!.emit() }
    return node.groups === 'parity' ? { ...value, parity: (group as readonly Value[])[0]! } : value
  }

  /** An event that windows made stands for all that are in it. */
  function seenIn({ event, meta }: Frame): Value {
    const of = event !== null && typeof event === 'object' && isRecord(event) ? fieldOf(event, 'of') : null
    return Array.isArray(of) ? of : [markerOf(meta)]
  }
}

function groupsOf({ groups }: WindowSpec, marker: number): Value[][] {
  return groups === 'both' ? [['a'], ['b']] : [[marker % 2]]
}

function windowsOf(node: WindowSpec, span: Span): WindowProgram[] {
  if (!hasWindow(node)) return []
  const shared = { kind: 'tumbling', emitEmpty: false, span } as const
  const first: WindowProgram = {
    ...shared,
    name: 'first',
    ...(node.size > 0 ? { size: node.size } : { intervalNs: BigInt(node.intervalMs) * 1_000_000n }),
  }
  return node.outer > 0 ? [first, { ...shared, name: 'outer', size: node.outer }] : [first]
}

const markers: Aggregate = {
  name: 'sim::markers',
  doc: 'The markers of all requests in the window.',
  args: [],
  returns: 'array',
  examples: [],
  create() {
    let seen: Value[] = []
    return {
      accumulate: ([of]) => {
        seen = [...seen, ...(of as readonly Value[])]
      },
      merge: (other) => {
        seen = [...seen, ...(other.emit() as readonly Value[])]
      },
      emit: () => seen,
    }
  },
}
