import type { Span } from '../source.ts'
import { site, type Unit, use, write } from './unit.ts'

/** Steps of loops and calls one run may take. */
export const STEPS = 1_000_000

/** Counts a step, or some. `fuel` is a variable of the module, filled anew by every run. */
export function spend(unit: Unit, span: Span, steps = 1): void {
  const less = steps === 1 ? '--fuel' : `(fuel -= ${steps})`
  write(unit, `if (${less} < 0) ${use(unit, 'exhausted')}(${site(unit, span)});`)
}
