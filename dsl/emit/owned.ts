/**
 * Which records this run has made and nobody else can see: those may be written in place. A path is known by its
 * root and constant keys; reading the value of a path gives it away, and everything below it.
 */
import type { Path } from '../ast.ts'
import { constantStep } from './path.ts'
import type { Unit } from './unit.ts'

const SEPARATOR = '\u0000'

/** The root and the constant keys up to the first computed step. */
export function pathKey(path: Path): string {
  const parts = [rootKey(path)]
  for (const segment of path.segments) {
    const step = constantStep(segment)
    if (typeof step !== 'string') break
    parts.push(step)
  }
  return parts.join(SEPARATOR)
}

export function rootKey({ root }: Path): string {
  return root.kind === 'name' ? `l${root.slot ?? root.name}` : root.kind
}

export function below(path: string, key: string): string {
  return path + SEPARATOR + key
}

/** The value at the path, and all that is reachable from it, is known to others from here on. */
export function forget(unit: Unit, path: string): void {
  for (const owned of unit.owned) {
    if (owned === path || owned.startsWith(path + SEPARATOR)) unit.owned.delete(owned)
  }
}
