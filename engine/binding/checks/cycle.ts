import type { PipelineSpec } from '../config.ts'
import { addressOf, defineCheck, type Link, type Model } from '../model.ts'

export default defineCheck({
  code: 'E0708',
  title: 'cycle',
  explain:
    'Links lead from a pipeline, by other pipelines or at once, back to a port of the same pipeline from which events go round again, without an offramp between that could end it. An event would never leave.',
  wrong:
    'binding:\n  - id: main\n    links:\n      /onramp/in/{instance}/out: /pipeline/system::passthrough/{instance}/in\n      /pipeline/system::passthrough/{instance}/out: /pipeline/system::passthrough/{instance}/in',
  right:
    'binding:\n  - id: main\n    links:\n      /onramp/in/{instance}/out: /pipeline/system::passthrough/{instance}/in\n      /pipeline/system::passthrough/{instance}/out: /offramp/out/{instance}/in',
  *run(model) {
    const links = model.links.filter(
      ({ from, to }) => from.address.kind === 'pipeline' && to.address.kind === 'pipeline',
    )
    const settled = new Set<Link>()
    for (const start of links) {
      const round = settled.has(start) ? undefined : findRound(start, links, model)
      if (round === undefined) continue
      for (const link of round) settled.add(link)
      const stops = round.map(({ from }) => addressOf(from))
      yield {
        message: `Events go round in a circle: ${[...stops, stops[0]].map((stop) => `"${stop}"`).join(' to ')}`,
        labels: [{ span: round.at(-1)!.to.span, message: 'this closes the circle' }],
        help: 'Leave out one of the links, or lead it into a port that does not lead on',
      }
    }
  },
})

/** The links from `start` back to where it begins, the shortest way round; undefined if there is none. */
function findRound(start: Link, links: readonly Link[], model: Model): readonly Link[] | undefined {
  const ways: (readonly Link[])[] = [[start]]
  const seen = new Set<Link>([start])
  for (const way of ways) {
    const last = way.at(-1)!
    for (const link of links) {
      if (!leadsOn(last, link, model)) continue
      if (link === start) return way
      if (!seen.has(link)) {
        seen.add(link)
        ways.push([...way, link])
      }
    }
  }
  return undefined
}

/** Whether an event that enters a pipeline by the end of `one` can leave it by the beginning of `next`. */
function leadsOn(one: Link, next: Link, model: Model): boolean {
  if (addressOf(one.to) !== addressOf(next.from)) return false
  const artefact = model.find(one.to.address)
  if (artefact?.kind !== 'pipeline') return false
  return reaches(artefact.spec, one.to.address.port ?? 'in', next.from.address.port ?? 'out')
}

function reaches({ graph }: PipelineSpec, input: string, output: string): boolean {
  if (graph === undefined) return true
  const start = graph.nodes.find((node) => node.kind === 'input' && node.port === input)
  const seen = new Set(start === undefined ? [] : [start.id])
  for (const id of seen) for (const { from, to } of graph.links) if (from.node === id) seen.add(to.node)
  return graph.nodes.some((node) => node.kind === 'output' && node.port === output && seen.has(node.id))
}
