/** An engine in a world of its own: fake transport, hand-turned clock, plans made of a few words. */
import type { Graph } from '#dsl/graph.ts'
import type { Plan, RampPlan } from '#engine/binding/plan.ts'
import { loadCatalogue } from '#engine/catalogue.ts'
import { checkConfig } from '#engine/config.ts'
import { Engine } from '#engine/deploy/engine.ts'
import type { World } from '#engine/deploy/world.ts'
import { silentLog } from '#engine/log.ts'
import { createMetrics } from '#engine/metrics.ts'
import { fakeTransport } from '#engine/tools/fake-transport.ts'
import { handClock } from '#engine/tools/hand-clock.ts'
import { parseAddress } from './address.ts'

const span = { source: { name: 'test.yaml', text: '' }, start: 0, end: 0 }
const catalogue = await loadCatalogue()

export interface Described {
  /** By id: what goes under `config:`. */
  onramps: Record<string, object>
  offramps?: Record<string, object>
  pipelines?: Record<string, Graph>
  /** `/onramp/in/01/out -> /pipeline/p/01/in` */
  links: readonly string[]
  /** Keys all ramps share, for every ramp. */
  ramps?: Partial<RampPlan>
}

export function planOf(described: Described): Plan {
  const links = described.links.map((text) => {
    const [from, to] = text.split(' -> ') as [string, string]
    return { from: parseAddress(from), to: parseAddress(to), binding: '/binding/test/01', span }
  })
  const ports = (address: string) => [
    ...new Set(links.filter((link) => link.from.address === address).map((link) => link.from.port)),
  ]
  const ramp = (kind: 'onramp' | 'offramp', id: string, written: object): RampPlan => {
    const address = `/${kind}/${id}/01`
    const definition = kind === 'onramp' ? catalogue.onramps.get('rest')! : catalogue.offramps.get('rest')!
    const checked = checkConfig(definition.config, written, () => span)
    if (checked.config === undefined)
      throw new Error(checked.findings.map((finding) => finding.message).join('\n'))
    return {
      address,
      id,
      instance: '01',
      form: JSON.stringify(written),
      kind,
      type: 'rest',
      linked: true,
      codecMap: {},
      preprocessors: [],
      postprocessors: [],
      errRequired: false,
      config: checked.config,
      linkedPorts: ports(address),
      ...described.ramps,
    }
  }
  return {
    onramps: Object.entries(described.onramps).map(([id, config]) => ramp('onramp', id, config)),
    offramps: Object.entries(described.offramps ?? {}).map(([id, config]) => ramp('offramp', id, config)),
    pipelines: Object.entries(described.pipelines ?? {}).map(([id, graph]) => ({
      kind: 'pipeline',
      address: `/pipeline/${id}/01`,
      id,
      instance: '01',
      form: graph.source.text,
      graph,
      args: {},
      source: graph.source,
      linkedPorts: ports(`/pipeline/${id}/01`),
    })),
    links,
    bindings: [],
    files: [],
  }
}

export function testWorld(over: Partial<World> = {}) {
  const clock = handClock()
  const transport = fakeTransport()
  const metrics = createMetrics()
  const host = { hostname: 'testhost', version: '0.0.0', nanotime: () => clock.wallNs() }
  const world: World = {
    catalogue,
    clock,
    log: silentLog,
    metrics,
    transport,
    connectTo: [],
    instance: 'test',
    host,
    ...over,
  }
  return { clock, transport, metrics, world, engine: new Engine(world) }
}
