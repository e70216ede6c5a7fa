/** What a change to a running Temblor came to, as a person reads it and as a script does. */
import type { Outcome } from '../admin/api.ts'
import type { Change } from '../admin/changes.ts'
import { exit } from './exit.ts'
import type { Terminal } from './terminal.ts'

/** Shown; returns the exit code. */
export function showOutcome(told: Outcome, terminal: Terminal, { json }: { readonly json: boolean }): number {
  const { outcome, revision, changes, report } = told
  if (json) terminal.out(`${JSON.stringify(told)}\n`)
  else if (outcome === 'planned' || outcome === 'applied') terminal.out(listOf(changes))
  if (!json && report !== '') terminal.err(`${report.trimEnd()}\n`)
  const say = (text: string) => void (json || terminal.err(`${text}\n`))
  switch (outcome) {
    case 'planned':
      say(
        changes.length === 0
          ? `Nothing would change: revision ${revision} stays`
          : `${counted(changes)}; revision ${revision} runs`,
      )
      return changes.length === 0 ? exit.done : exit.changes
    case 'applied':
      say(`Revision ${revision} runs: ${counted(changes)}; undo: temblor rollback`)
      return exit.done
    case 'unchanged':
      say(`Nothing to change: revision ${revision} stays`)
      return exit.done
    case 'conflict':
      return exit.conflict
    case 'invalid':
      say(`Refused, revision ${revision} stays`)
      return exit.no
    case 'failed':
      say(`Nothing was changed, revision ${revision} stays`)
      return exit.no
  }
}

const signs = { added: '+', removed: '-', changed: '~' } as const

function listOf(changes: readonly Change[]): string {
  return changes
    .map(({ what, kind, address, note }) => {
      const named = kind === 'link' ? `link ${address}` : address
      return `${signs[what]} ${named}${note === undefined ? '' : `  (${note})`}\n`
    })
    .join('')
}

function counted(changes: readonly Change[]): string {
  const parts = (['added', 'changed', 'removed'] as const).flatMap((what) => {
    const count = changes.filter((change) => change.what === what).length
    return count === 0 ? [] : [`${count} ${what}`]
  })
  return parts.join(', ') || 'no changes'
}
