import { version } from '../../home.ts'
import { defineCommand, toggle } from '../command.ts'
import { exit } from '../exit.ts'

export default defineCommand({
  summary: 'Print the version of Temblor, and of the Node it runs on',
  flags: { json: toggle('Print a JSON document') },
  examples: [
    ['temblor version', 'One line'],
    ['temblor version --json', 'For scripts'],
  ],
  run({ flags }, terminal) {
    const facts = {
      schema: 1,
      version,
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
    }
    terminal.out(
      flags.json
        ? `${JSON.stringify(facts)}\n`
        : `temblor ${facts.version} (node ${facts.node}, ${facts.platform})\n`,
    )
    return exit.done
  },
})
