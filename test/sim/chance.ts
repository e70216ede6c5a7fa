/** Chance from a seed: every choice of a world and of its order is drawn here, so that a seed is the whole story. */
export interface Chance {
  /** From 0 up to, not including, `end`. */
  below(end: number): number
  /** True in `share` of all draws, 0 to 1. */
  often(share: number): boolean
  pick<T>(items: readonly T[]): T
  /** An item by its weight. */
  weigh<T>(items: readonly (readonly [weight: number, item: T])[]): T
}

/** mulberry32, after mixing the seed, so that neighbouring seeds have nothing in common. */
export function chance(seed: number): Chance {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 0
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35) | 0

  function next(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  const below = (end: number) => Math.floor(next() * end)
  return {
    below,
    often: (share) => next() < share,
    pick: (items) => items[below(items.length)]!,
    weigh(items) {
      let rest = next() * items.reduce((sum, [weight]) => sum + weight, 0)
      for (const [weight, item] of items) if ((rest -= weight) < 0) return item
      return items.at(-1)![1]
    },
  }
}
