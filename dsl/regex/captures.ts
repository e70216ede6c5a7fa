import type { Match, Pattern } from './regex.ts'

/** Name and text of each named group that took part in a match. */
export function namedGroups(pattern: Pattern, { groups }: Match): [name: string, text: string][] {
  const found: [string, string][] = []
  pattern.names.forEach((name, number) => {
    const text = groups[number]
    if (name !== undefined && text !== undefined) found.push([name, text])
  })
  return found
}
