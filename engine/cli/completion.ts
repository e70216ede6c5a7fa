/** What the shells are told: for each shell a script made of the commands and their flags. */
import type { CommandSpec } from './command.ts'

export type Shell = 'bash' | 'zsh' | 'fish' | 'powershell'

export const shells: readonly Shell[] = ['bash', 'zsh', 'fish', 'powershell']

export interface Named {
  readonly name: string
  readonly spec: CommandSpec
}

export function completionScript(shell: Shell, commands: readonly Named[]): string {
  return { bash, zsh, fish, powershell }[shell](commands)
}

function words({ spec }: Named): string {
  return [...Object.keys(spec.flags), 'help'].map((flag) => `--${flag}`).join(' ')
}

function bash(commands: readonly Named[]): string {
  return `# temblor completion bash >> ~/.bashrc
_temblor() {
  local word="\${COMP_WORDS[COMP_CWORD]}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} help" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${commands.map((command) => `    ${command.name}) local flags="${words(command)}" ;;`).join('\n')}
    *) local flags="" ;;
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _temblor temblor
`
}

function zsh(commands: readonly Named[]): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
  const described = (name: string, doc: string) => quoted(`${name}:${doc.replaceAll(':', '\\:')}`)
  return `#compdef temblor
# temblor completion zsh > "\${fpath[1]}/_temblor"
_temblor() {
  if (( CURRENT == 2 )); then
    local -a commands=(${commands.map(({ name, spec }) => described(name, spec.summary)).join(' ')})
    _describe command commands
    return
  fi
  case "$words[2]" in
${commands
  .map(
    ({ name, spec }) =>
      `    ${name}) local -a flags=(${Object.entries(spec.flags)
        .map(([flag, { doc }]) => described(`--${flag}`, doc))
        .join(' ')}) ;;`,
  )
  .join('\n')}
  esac
  if [[ "$PREFIX" == -* ]]; then _describe flag flags; else _files; fi
}
_temblor "$@"
`
}

function fish(commands: readonly Named[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const lines = commands.flatMap(({ name, spec }) => [
    `complete -c temblor -n __fish_use_subcommand -a ${name} -d ${quoted(spec.summary)}`,
    ...Object.entries(spec.flags).map(
      ([flag, { doc, short, kind }]) =>
        `complete -c temblor -n '__fish_seen_subcommand_from ${name}' -l ${flag}${short ? ` -s ${short}` : ''}${kind === 'toggle' ? '' : ' -r'} -d ${quoted(doc)}`,
    ),
  ])
  return `# temblor completion fish > ~/.config/fish/completions/temblor.fish\n${lines.join('\n')}\n`
}

function powershell(commands: readonly Named[]): string {
  const table = commands.map((command) => `    '${command.name}' = '${words(command)}'`).join('\n')
  return `# temblor completion powershell >> $PROFILE
Register-ArgumentCompleter -Native -CommandName temblor -ScriptBlock {
  param($word, $ast, $cursor)
  $flags = @{
${table}
  }
  $parts = $ast.CommandElements | ForEach-Object { $_.ToString() }
  $found = if ($parts.Count -le 1 -or ($parts.Count -eq 2 -and $word)) { $flags.Keys | Sort-Object } else { $flags[$parts[1]] -split ' ' }
  $found | Where-Object { $_ -like "$word*" }
}
`
}
