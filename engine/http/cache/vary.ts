/** Which of several answers for one URL fits a request (RFC 9111 4.1). */
import { isName } from '../headers.ts'
import type { HeaderList } from '../transport.ts'
import { membersOf } from './directives.ts'

/** What a request must say alike. `*` fits nothing. */
export type Selecting = ReadonlyMap<string, string> | '*'

export function selectingOf(asked: HeaderList, answered: HeaderList): Selecting {
  const names = membersOf(answered, 'vary').map((name) => name.toLowerCase())
  if (names.includes('*')) return '*'
  return new Map(names.map((name) => [name, normal(asked, name)]))
}

export function fits(selecting: Selecting, asked: HeaderList): boolean {
  if (selecting === '*') return false
  if (selecting.size === 0) return true
  for (const [name, value] of selecting) if (normal(asked, name) !== value) return false
  return true
}

/** Lines are one list, blanks around its members do not count; absent is not empty. */
export function normal(headers: HeaderList, name: string): string {
  let list: string | undefined
  for (let i = 0; i < headers.length; i += 2)
    if (isName(headers[i]!, name)) list = list === undefined ? headers[i + 1]! : `${list},${headers[i + 1]}`
  if (list === undefined) return '\0'
  if (!list.includes(',')) return list.trim()
  return name.startsWith('accept') ? (negotiated.get(list) ?? learn(list)) : trimmed(list)
}

function trimmed(list: string): string {
  return list
    .split(',')
    .map((member) => member.trim())
    .join(',')
}

/** What clients accept they say with each request, and in few ways. Nothing else is kept: it may be a secret. */
const negotiated = new Map<string, string>()
const MOST_LISTS = 256
const MOST_CHARACTERS = 256

function learn(list: string): string {
  const text = trimmed(list)
  if (list.length > MOST_CHARACTERS) return text
  if (negotiated.size >= MOST_LISTS) negotiated.clear()
  negotiated.set(list, text)
  return text
}
