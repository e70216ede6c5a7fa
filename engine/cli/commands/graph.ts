import type { Graph } from '#dsl/graph.ts'
import type { Plan } from '../../binding/plan.ts'
import { defineCommand, toggle, value } from '../command.ts'
import { exit } from '../exit.ts'
import type { Terminal } from '../terminal.ts'

export default defineCommand({
  summary: 'Draw a configuration: which port leads where',
  args: [
    {
      name: 'PATH...',
      doc: 'Files or directories of a configuration; pipelines alone are drawn from the inside',
    },
  ],
  flags: {
    format: value('FORMAT', 'How to draw', { choices: ['text', 'mermaid', 'dot', 'json'], default: 'text' }),
    json: toggle('The same as --format json'),
    inside: toggle('Draw what is within pipelines, too'),
  },
  examples: [
    ['temblor graph ./config', 'A line for each link'],
    ['temblor graph ./config --inside --format mermaid', 'For a page that draws Mermaid'],
    ['temblor graph pipelines/main.trickle', 'One pipeline'],
    ['temblor graph ./config --format dot | dot -Tsvg > graph.svg', 'By Graphviz'],
  ],
  async run({ args, flags }, terminal) {
    const [{ check }, { prettyFindings }, { dotOf, drawingOf, mermaidOf, textOf }] = await Promise.all([
      import('../../check.ts'),
      import('../findings.ts'),
      import('../graph.ts'),
    ])
    const { plan, findings } = await check(args)
    if (plan === undefined) {
      terminal.err(prettyFindings(findings, terminal.stderr))
      return exit.no
    }
    const drawing = drawingOf(plan, flags.inside, await looseGraphs(args, plan, terminal))
    if (drawing.nodes.length === 0)
      terminal.err('There is nothing to draw: these files hold no pipeline, and no binding that is mapped\n')
    if (flags.json || flags.format === 'json') terminal.out(`${JSON.stringify({ schema: 1, ...drawing })}\n`)
    else if (flags.format === 'mermaid') terminal.out(mermaidOf(drawing))
    else if (flags.format === 'dot') terminal.out(dotOf(drawing))
    else terminal.out(textOf(drawing))
    return exit.done
  },
})

/** Pipelines that were named and that nothing links. They were checked with the rest. */
async function looseGraphs(
  paths: readonly string[],
  plan: Plan,
  { environment }: Terminal,
): Promise<Graph[]> {
  const { disk, gather, moduleFinder, stemOf } = await import('../../binding/files.ts')
  const linked = new Set(plan.pipelines.map(({ source }) => source.name))
  const loose = gather(paths, disk).trickle.filter(({ name }) => !linked.has(name))
  if (loose.length === 0) return []
  const [{ compileQuery }, { loadCatalogue }, { worldOf }] = await Promise.all([
    import('#dsl/compile.ts'),
    import('../../catalogue.ts'),
    import('../../world.ts'),
  ])
  const finder = moduleFinder(disk, environment, () => {})
  const world = worldOf(await loadCatalogue(), finder)
  return loose.flatMap((source) => compileQuery(source, stemOf(source.name), world).result ?? [])
}
