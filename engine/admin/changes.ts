/** What becomes another when one plan takes the place of another. Pure: for whoever asks before, and for whoever is told after. */
import type { EndPlan, NodePlan, PipelinePlan, Plan, RampPlan } from '../binding/plan.ts'

export interface Change {
  readonly what: 'added' | 'removed' | 'changed'
  readonly kind: 'onramp' | 'offramp' | 'pipeline' | 'link'
  /** `/offramp/shop/01`; of a link, both ends: `/onramp/a/01/out -> /pipeline/p/01/in`. */
  readonly address: string
  /** What is lost or kept by it, in words. */
  readonly note?: string
}

export function changesBetween(before: Plan | null, after: Plan): readonly Change[] {
  return [
    ...nodes('onramp', before?.onramps ?? [], after.onramps, onrampNote),
    ...nodes('pipeline', pipelinesOf(before), pipelinesOf(after), () => 'its state and windows begin anew'),
    ...nodes(
      'offramp',
      before?.offramps ?? [],
      after.offramps,
      () => 'its connections, health and cache begin anew',
    ),
    ...links(before, after),
  ]
}

function* nodes<T extends NodePlan>(
  kind: 'onramp' | 'offramp' | 'pipeline',
  before: readonly T[],
  after: readonly T[],
  noteOf: (before: T, after: T) => string,
): Iterable<Change> {
  const old = new Map(before.map((node) => [node.address, node]))
  const kept = new Set(after.map(({ address }) => address))
  for (const { address } of before) if (!kept.has(address)) yield { what: 'removed', kind, address }
  for (const node of after) {
    const was = old.get(node.address)
    if (was === undefined) yield { what: 'added', kind, address: node.address }
    else if (was.form !== node.form)
      yield { what: 'changed', kind, address: node.address, note: noteOf(was, node) }
  }
}

function onrampNote(before: RampPlan, after: RampPlan): string {
  const place = ({ config }: RampPlan) => {
    const { host, port } = (config ?? {}) as { readonly host?: unknown; readonly port?: unknown }
    return `${host}:${port}`
  }
  return before.type === after.type && place(before) === place(after)
    ? 'its port and connections stay'
    : `it moves from ${place(before)} to ${place(after)}`
}

/** A pipeline is another one, too, if one behind it is: what is under way in it goes on where it began. */
function pipelinesOf(plan: Plan | null): readonly PipelinePlan[] {
  if (plan === null) return []
  const byAddress = new Map(plan.pipelines.map((each) => [each.address, each]))
  const formOf = (address: string, seen: Set<string>): string => {
    const node = byAddress.get(address)
    if (node === undefined || seen.has(address)) return ''
    seen.add(address)
    const behind = plan.links.filter(({ from }) => from.address === address)
    return [node.form, ...behind.map(({ from, to }) => `${from.port} ${formOf(to.address, seen)}`)].join('\n')
  }
  return plan.pipelines.map((each) => ({ ...each, form: formOf(each.address, new Set()) }))
}

function* links(before: Plan | null, after: Plan): Iterable<Change> {
  const text = ({ from, to }: { from: EndPlan; to: EndPlan }) =>
    `${from.address}/${from.port} -> ${to.address}/${to.port}`
  const old = new Set((before?.links ?? []).map(text))
  const fresh = new Set(after.links.map(text))
  for (const address of old) if (!fresh.has(address)) yield { what: 'removed', kind: 'link', address }
  for (const address of fresh) if (!old.has(address)) yield { what: 'added', kind: 'link', address }
}
