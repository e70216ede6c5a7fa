/** The difference of two texts as a unified patch, which `patch` and `git apply` take (POSIX diff, "Diff -u Output Format"). */

/** Lines of the same around a change. */
const context = 3

interface Line {
  readonly mark: ' ' | '-' | '+'
  readonly text: string
}

/** Empty if the texts are the same. `name` is that of the file. */
export function unifiedDiff(before: string, after: string, name: string): string {
  if (before === after) return ''
  const lines = compare(linesOf(before), linesOf(after))
  const hunks = hunksOf(lines).map((range) => hunkText(lines, range))
  return `--- ${name}\n+++ ${name}\n${hunks.join('')}`
}

/** With their line ends: that a text does not end in one is a difference too. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** Myers, "An O(ND) Difference Algorithm": the fewest lines that go and come. */
function compare(before: readonly string[], after: readonly string[]): Line[] {
  const start = commonStart(before, after)
  const same = before.slice(0, start).map((text): Line => ({ mark: ' ', text }))
  const [a, b] = [before.slice(start), after.slice(start)]
  const trace = forward(a, b)
  return [...same, ...backward(a, b, trace)]
}

function commonStart(a: readonly string[], b: readonly string[]): number {
  let at = 0
  while (at < a.length && at < b.length && a[at] === b[at]) at++
  return at
}

/** For each number of changes, how far along each diagonal one comes. */
function forward(a: readonly string[], b: readonly string[]): Map<number, number>[] {
  const trace: Map<number, number>[] = []
  let reach = new Map([[1, 0]])
  for (let changes = 0; ; changes++) {
    const next = new Map<number, number>()
    trace.push(reach)
    for (let k = -changes; k <= changes; k += 2) {
      const [left, right] = [reach.get(k - 1) ?? -1, reach.get(k + 1) ?? -1]
      let x = k === -changes || (k !== changes && left < right) ? right : left + 1
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++
      next.set(k, x)
      if (x >= a.length && x - k >= b.length) return [...trace, next]
    }
    reach = next
  }
}

function backward(a: readonly string[], b: readonly string[], trace: readonly Map<number, number>[]): Line[] {
  const lines: Line[] = []
  let x = a.length
  let y = b.length
  for (let changes = trace.length - 2; changes >= 0; changes--) {
    const reach = trace[changes]!
    const k = x - y
    const [left, right] = [reach.get(k - 1) ?? -1, reach.get(k + 1) ?? -1]
    const down = k === -changes || (k !== changes && left < right)
    const before = down ? right : left
    const [fromX, fromY] = [before, before - (down ? k + 1 : k - 1)]
    while (x > Math.max(fromX, 0) && y > Math.max(fromY, 0) && a[x - 1] === b[y - 1]) {
      lines.push({ mark: ' ', text: a[--x]! })
      y--
    }
    if (changes === 0) break
    if (down) lines.push({ mark: '+', text: b[--y]! })
    else lines.push({ mark: '-', text: a[--x]! })
  }
  return lines.reverse()
}

interface Range {
  readonly from: number
  readonly to: number
}

/** Changes with what is around them; those that are near one another in one. */
function hunksOf(lines: readonly Line[]): Range[] {
  const hunks: { from: number; to: number }[] = []
  for (const [at, { mark }] of lines.entries()) {
    if (mark === ' ') continue
    const last = hunks[hunks.length - 1]
    const to = Math.min(lines.length, at + 1 + context)
    if (last !== undefined && at - context <= last.to) last.to = to
    else hunks.push({ from: Math.max(0, at - context), to })
  }
  return hunks
}

function hunkText(lines: readonly Line[], { from, to }: Range): string {
  const count = (slice: readonly Line[], mark: string) => slice.filter((line) => line.mark !== mark).length
  const [above, shown] = [lines.slice(0, from), lines.slice(from, to)]
  const side = (skipped: string) => {
    const [before, length] = [count(above, skipped), count(shown, skipped)]
    return `${length === 0 ? before : before + 1},${length}`
  }
  const body = shown.map(({ mark, text }) => {
    return text.endsWith('\n') ? `${mark}${text}` : `${mark}${text}\n\\ No newline at end of file\n`
  })
  return `@@ -${side('+')} +${side('-')} @@\n${body.join('')}`
}
