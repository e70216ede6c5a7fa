/** Which of several answers for one URL fits a request (RFC 9111 4.1). */
import type { HeaderList } from '../transport.ts'
import { linesOf, membersOf } from './directives.ts'

/** What a request must say alike. `*` fits nothing. */
export type Selecting = ReadonlyMap<string, string> | '*'

export function selectingOf(asked: HeaderList, answered: HeaderList): Selecting {
  const names = membersOf(answered, 'vary').map((name) => name.toLowerCase())
  if (names.includes('*')) return '*'
  return new Map(names.map((name) => [name, normal(asked, name)]))
}

export function fits(selecting: Selecting, asked: HeaderList): boolean {
  if (selecting === '*') return false
  for (const [name, value] of selecting) if (normal(asked, name) !== value) return false
  return true
}

/** Lines are one list, blanks around its members do not count; absent is not empty. */
export function normal(headers: HeaderList, name: string): string {
  const lines = linesOf(headers, name)
  if (lines.length === 0) return '\0'
  return lines
    .join(',')
    .split(',')
    .map((member) => member.trim())
    .join(',')
}
