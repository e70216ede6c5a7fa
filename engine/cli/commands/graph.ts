import { defineCommand, toggle, value } from '../command.ts'
import { exit } from '../exit.ts'

export default defineCommand({
  summary: 'Draw a configuration: which port leads where',
  args: [{ name: 'PATH...', doc: 'Files or directories of a configuration' }],
  flags: {
    format: value('FORMAT', 'How to draw', { choices: ['text', 'mermaid', 'dot', 'json'], default: 'text' }),
    json: toggle('The same as --format json'),
    inside: toggle('Draw what is within pipelines, too'),
  },
  examples: [
    ['temblor graph ./config', 'A line for each link'],
    ['temblor graph ./config --inside --format mermaid', 'For a page that draws Mermaid'],
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
    const drawing = drawingOf(plan, flags.inside)
    if (flags.json || flags.format === 'json') terminal.out(`${JSON.stringify({ schema: 1, ...drawing })}\n`)
    else if (flags.format === 'mermaid') terminal.out(mermaidOf(drawing))
    else if (flags.format === 'dot') terminal.out(dotOf(drawing))
    else terminal.out(textOf(drawing))
    return exit.done
  },
})
