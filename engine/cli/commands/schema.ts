import { defineCommand } from '../command.ts'
import { exit } from '../exit.ts'

export default defineCommand({
  summary: 'Print the JSON Schema of configuration files, for editors',
  details:
    'Editors that know YAML complete keys and show what each means, if the first line of a file says where the schema is:\n' +
    '  # yaml-language-server: $schema=temblor.schema.json',
  flags: {},
  examples: [['temblor schema > temblor.schema.json', 'Write the schema where the editor finds it']],
  async run(_input, terminal) {
    const { configurationSchema } = await import('../../binding/schema.ts')
    const { loadCatalogue } = await import('../../catalogue.ts')
    terminal.out(`${JSON.stringify(configurationSchema(await loadCatalogue()), null, 2)}\n`)
    return exit.done
  },
})
