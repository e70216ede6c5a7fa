import { defineCommand, toggle } from '../command.ts'
import { exit, UsageError } from '../exit.ts'

export default defineCommand({
  summary: 'Show the YAML of a configuration, with its routes written out if asked',
  details:
    'Variables stay as they are written, so nothing secret is printed. What --expanded prints can be run in place of the files: a route ' +
    'with rules stays one, and the links and the pipeline that it stands for are told in comments.',
  args: [
    { name: 'show', doc: 'What to do' },
    { name: 'PATH...', doc: 'Files, directories of them, or - for YAML from stdin' },
  ],
  flags: { expanded: toggle('Write every route out as the links it stands for') },
  examples: [
    ['temblor config show ./config', 'The files that make up a configuration'],
    ['temblor config show --expanded proxy.yaml', 'The long form of a short one'],
  ],
  async run({ args: [action, ...paths], flags }, terminal) {
    if (action !== 'show') throw new UsageError('Write "temblor config show PATH..."')
    const { disk, gather } = await import('../../binding/files.ts')
    const { expandRoutes } = await import('../../binding/route.ts')
    const { prettyFindings } = await import('../findings.ts')
    const { yaml, findings } = gather(paths.length === 0 ? ['.'] : paths, disk)
    const parts = yaml.map((source) => {
      const text = flags.expanded ? expandRoutes(source) : source.text
      // A single file goes out as it is; several become the documents of one, each with its name.
      return yaml.length === 1 ? text : `# ${source.name}\n${text.replace(/\n*$/, '\n')}`
    })
    terminal.out(parts.join('---\n'))
    if (findings.length > 0) terminal.err(prettyFindings(findings, terminal.stderr))
    return findings.length > 0 ? exit.no : exit.done
  },
})
