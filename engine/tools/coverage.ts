/** Which cases of which scripts were taken: counters that the compiler is handed, and what they say in the end. */
import type { Arm } from '#dsl/ast.ts'
import { positionAt, type Span, textOf } from '#dsl/source.ts'

export interface Coverage {
  /** The counter of a case. The same place has the same, however often its text is compiled. */
  arm(span: Span): Arm
  report(): readonly Covered[]
}

export interface Covered {
  /** The name of the source. */
  readonly source: string
  readonly arms: number
  readonly taken: number
  /** Cases that were never taken, in the order of the text. */
  readonly missed: readonly { readonly line: number; readonly text: string }[]
}

export function createCoverage(): Coverage {
  const arms = new Map<string, Arm>()
  return { arm, report }

  function arm(span: Span): Arm {
    const key = `${span.source.name} ${span.start}`
    let found = arms.get(key)
    if (found === undefined) arms.set(key, (found = { span, hits: 0 }))
    return found
  }

  function report(): readonly Covered[] {
    const bySource = Map.groupBy(arms.values(), ({ span }) => span.source.name)
    return [...bySource].sort(([a], [b]) => (a < b ? -1 : 1)).map(([source, own]) => covered(source, own))
  }
}

function covered(source: string, arms: readonly Arm[]): Covered {
  const missed = arms.filter(({ hits }) => hits === 0).sort((a, b) => a.span.start - b.span.start)
  return {
    source,
    arms: arms.length,
    taken: arms.length - missed.length,
    missed: missed.map(({ span }) => ({
      line: positionAt(span.source, span.start).line,
      text: textOf(span).split('\n', 1)[0]!.trimEnd(),
    })),
  }
}
