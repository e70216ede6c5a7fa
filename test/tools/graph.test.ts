/** `temblor graph`: what is drawn is what would run. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { check } from '#engine/check.ts'
import { home } from '#engine/home.ts'
import { temblor } from '../cli/fake-terminal.ts'

const paths = [
  join(home, 'bindings/reverse-proxy.yaml'),
  join(home, 'pipelines/request_handling.trickle'),
  join(home, 'pipelines/response_handling.trickle'),
]

interface Node {
  readonly address: string
  readonly kind: string
  readonly component?: string
  readonly ports: readonly string[]
}

test('the nodes and links of the plan, with those of each pipeline, are drawn once each', async () => {
  const { plan } = await check(paths)
  const { nodes, edges } = JSON.parse((await temblor(['graph', '--json', '--inside', ...paths])).out)
  const stages = plan!.pipelines.flatMap(({ address, graph }) =>
    graph.nodes.map(({ id }) => `${address}#${id}`),
  )
  const ramps = [...plan!.onramps, ...plan!.offramps].map(({ address }) => address)
  assert.deepEqual(nodes.map(({ address }: Node) => address).sort(), [...ramps, ...stages].sort())
  const links = plan!.pipelines.reduce((count, { graph }) => count + graph.links.length, plan!.links.length)
  assert.equal(edges.length, links)
  const known = new Set(nodes.map(({ address }: Node) => address))
  assert.ok(edges.every((edge: { from: string; to: string }) => known.has(edge.from) && known.has(edge.to)))
})

test('nodes say what they are made of, and by which ports events leave them', async () => {
  const { nodes } = JSON.parse((await temblor(['graph', '--json', '--inside', ...paths])).out)
  const find = (address: string): Node => nodes.find((node: Node) => node.address === address)
  const turns = find('/pipeline/request_handling/01#turns')
  assert.deepEqual(
    [turns.kind, turns.component, turns.ports],
    ['operator', 'qos::roundrobin', ['ws01', 'ws02', 'ws03']],
  )
  assert.deepEqual(find('/pipeline/request_handling/01#request_handling').ports, ['out', 'err'])
  assert.equal(find('/onramp/http_in/01').component, 'rest')
})

test('a pipeline that nothing links is drawn by itself', async () => {
  const file = join(home, 'pipelines/response_handling.trickle')
  const { out } = await temblor(['graph', file])
  assert.equal(
    out,
    `/pipeline/response_handling#in/out -> /pipeline/response_handling#response_handling/in
/pipeline/response_handling#response_handling/out -> /pipeline/response_handling#out/in
/pipeline/response_handling#response_handling/err -> /pipeline/response_handling#err/in
`,
  )
  assert.match((await temblor(['graph', '--format', 'dot', file])).out, /^digraph temblor \{\n[\s\S]*\}\n$/)
  assert.match((await temblor(['graph', '--format', 'mermaid', file])).out, /^flowchart LR\n {2}subgraph /)
})
