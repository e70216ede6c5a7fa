/** A profile as Node writes it, folded to the time spent in each function itself. */
export interface Profile {
  readonly nodes: readonly ProfileNode[]
  /** µs, as are the deltas: the first is from here. */
  readonly startTime: number
  /** Ids of nodes. */
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

interface ProfileNode {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
}

export interface Spent {
  readonly name: string
  /** Empty for what is no JavaScript. */
  readonly url: string
  readonly line: number
  readonly micros: number
}

/** Functions by their own time between two moments, the most first; without the time that the process was idle. */
export function spent(profile: Profile, [from, to]: readonly [number, number]): Spent[] {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  const found = new Map<string, { -readonly [name in keyof Spent]: Spent[name] }>()
  let now = profile.startTime
  for (const [i, id] of profile.samples.entries()) {
    now += profile.timeDeltas[i]!
    const { functionName, url, lineNumber } = frames.get(id)!
    if (now < from || now > to || functionName === '(idle)') continue
    // A sample stands for the time until the next one.
    const micros = Math.max(0, profile.timeDeltas[i + 1] ?? 0)
    const key = `${functionName} ${url}:${lineNumber}`
    const at = found.get(key)
    if (at === undefined)
      found.set(key, { name: functionName || '(anonymous)', url, line: lineNumber + 1, micros })
    else at.micros += micros
  }
  return [...found.values()].sort((a, b) => b.micros - a.micros)
}
