/** Chance that can be repeated: a generator per frame, seeded by the event's time, running on within the event. */
import type { Frame } from './program.ts'

interface Generator {
  /** The event time it was seeded with. */
  seed: bigint
  a: number
  b: number
  c: number
  counter: number
}

const generators = new WeakMap<Frame, Generator>()

/**
 * 32 random bits. Events of the same time in the same order draw the same numbers; no two draws within an event are tied
 * to each other.
 */
export function random32(frame: Frame): number {
  let generator = generators.get(frame)
  if (generator === undefined || generator.seed !== frame.ingestNs) {
    generator = seeded(frame.ingestNs)
    generators.set(frame, generator)
  }
  return next(generator)
}

/** From 0 up to, not including, 1. */
export function randomFloat(frame: Frame): number {
  return ((random32(frame) >>> 5) * 0x4000000 + (random32(frame) >>> 6)) / 2 ** 53
}

/** From 0 up to, not including, `end`, each as likely as any other. `end` is at most 2^65: from the least integer to the greatest. */
export function randomBelow(frame: Frame, end: bigint): bigint {
  const words = end <= 1n << 64n ? 2 : 3
  const range = 1n << BigInt(32 * words)
  const fair = range - (range % end)
  for (;;) {
    let bits = 0n
    for (let word = 0; word < words; word++) bits = (bits << 32n) | BigInt(random32(frame))
    if (bits < fair) return bits % end
  }
}

/** sfc32, by Chris Doty-Humphrey (PractRand); the first draws mix the seed in. */
function seeded(seed: bigint): Generator {
  const low = Number(seed & 0xffffffffn) | 0
  const high = Number((seed >> 32n) & 0xffffffffn) | 0
  const generator: Generator = { seed, a: 0, b: low, c: high, counter: 1 }
  for (let draw = 0; draw < 12; draw++) next(generator)
  return generator
}

function next(it: Generator): number {
  const sum = (((it.a + it.b) | 0) + it.counter) | 0
  it.counter = (it.counter + 1) | 0
  it.a = it.b ^ (it.b >>> 9)
  it.b = (it.c + (it.c << 3)) | 0
  it.c = (((it.c << 21) | (it.c >>> 11)) + sum) | 0
  return sum >>> 0
}
