import { defineCommand } from '../command.ts'
import { commandNames, loadCommand } from '../commands.ts'
import { completionScript, shells } from '../completion.ts'
import { exit, UsageError } from '../exit.ts'

export default defineCommand({
  summary: 'Print the script that teaches a shell to complete commands and flags',
  args: [{ name: 'SHELL', doc: shells.join(', ') }],
  flags: {},
  examples: [
    ['temblor completion bash >> ~/.bashrc', 'For bash'],
    ['temblor completion fish > ~/.config/fish/completions/temblor.fish', 'For fish'],
  ],
  async run({ args }, terminal) {
    const shell = shells.find((shell) => shell === args[0])
    if (shell === undefined)
      throw new UsageError(`Unknown shell "${args[0]}": ${shells.join(', ')} are known`)
    const commands = await Promise.all(
      commandNames().map(async (name) => ({ name, spec: (await loadCommand(name))! })),
    )
    terminal.out(completionScript(shell, commands))
    return exit.done
  },
})
