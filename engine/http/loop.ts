/**
 * Requests that come back to where they were sent from. Only a request that goes to a port this process listens on can, so only
 * such a one is marked, and the offramp that meets its own mark sends it no further. Whatever goes elsewhere is left as it is.
 */

/** Marks of the offramps that sent the request on, of any process. */
export const loopField = 'temblor-loop'

const ports = new Set<number>()

export function listensOn(port: number): void {
  ports.add(port)
}

export function listensNoMore(port: number): void {
  ports.delete(port)
}

/** Whether what is sent to this port may reach this process. Another machine's port of the same number is taken for ours: a mark does no harm. */
export function mayReturn(port: number): boolean {
  return ports.has(port)
}

/** The marks that a request carries, the value of its `loopField`, with `mark` added; null if it carries that already. */
export function marked(carried: string, mark: string): string | null {
  const marks = carried.split(',').map((each) => each.trim())
  if (marks.includes(mark)) return null
  return [...marks.filter((each) => each !== ''), mark].join(', ')
}
