/**
 * Chance that can be repeated: numbers from 0 up to, not including, 1, the same for the same seed. Good for spreading load and pauses,
 * not for secrets. Marsaglia's xorshift32 over a seed that is mixed first, so that near seeds give no near rows.
 */
export function chance(seed: bigint): () => number {
  let state = Number(BigInt.asUintN(32, ((seed ^ (seed >> 32n)) * 0x9e3779b97f4a7c15n) >> 29n)) | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
