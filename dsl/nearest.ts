/** Did you mean: the closest of known names, by the number of letters to change, add, drop or swap. */

/** The name within `most` edits of `given` that is nearest; of equally near ones the first in the alphabet. */
export function best(given: string, names: Iterable<string>, most: number): string | undefined {
  let found: string | undefined
  let least = most + 1
  for (const name of names) {
    if (Math.abs(name.length - given.length) >= least + 1) continue
    const distance = editDistance(given, name)
    if (distance < least || (distance === least && found !== undefined && name < found)) {
      least = distance
      found = name
    }
  }
  return found
}

/** A near name that a person may have meant: a third of the letters may differ, two at least for longer names. */
export function nearest(given: string, names: Iterable<string>): string | undefined {
  const most = given.length <= 3 ? 1 : given.length <= 6 ? 2 : 3
  return best(
    given,
    [...names].filter((name) => name !== given),
    most,
  )
}

/** Damerau–Levenshtein distance (swaps of neighbours count one), unrestricted. */
export function editDistance(left: string, right: string): number {
  const a = [...left]
  const b = [...right]
  const far = a.length + b.length
  const lastRow = new Map<string, number>()
  const rows: number[][] = [
    new Array(b.length + 2).fill(far),
    [far, ...Array.from({ length: b.length + 1 }, (_, i) => i)],
  ]
  for (let i = 1; i <= a.length; i += 1) {
    const row = [far, i]
    let lastColumn = 0
    for (let j = 1; j <= b.length; j += 1) {
      const i1 = lastRow.get(b[j - 1]!) ?? 0
      const j1 = lastColumn
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      if (cost === 0) lastColumn = j
      row[j + 1] = Math.min(
        rows[i]![j]! + cost,
        row[j]! + 1,
        rows[i]![j + 1]! + 1,
        rows[i1]![j1]! + (i - i1 - 1) + 1 + (j - j1 - 1),
      )
    }
    lastRow.set(a[i - 1]!, i)
    rows.push(row)
  }
  return rows[a.length + 1]![b.length + 1]!
}
