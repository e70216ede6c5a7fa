/**
 * How bad a backtracking engine can fare with a pattern. Where the next character always tells which way to go, it never
 * takes a step back. Each repetition that the next character could continue or end makes it a power worse; one inside
 * another repetition makes it exponential.
 */
import type { Regex } from './ast.ts'
import { bitsOf, leafOf } from './leaf.ts'

/** Steps are at most about the length of the text to this power; infinite for exponential ones. */
export function powerOf(root: Regex): number {
  const walk: Walk = { power: 0, anyCase: false }
  visit(root, END, { walk, inLoop: false })
  // A search may begin anew at every character.
  return walk.power + (beginsAtStart(root) ? 0 : 1)
}

interface Walk {
  power: number
  anyCase: boolean
}

interface Place {
  readonly walk: Walk
  readonly inLoop: boolean
}

/** The end of the text, and every look at it, may follow anything: bit 200 stands for it. */
const END = 1n << 200n

/** More turns than these count as endless. */
const FEW = 8

/** Walks a part that is followed by one of `follow`; gives what it can begin with. */
function visit(regex: Regex, follow: bigint, place: Place): bigint {
  switch (regex.kind) {
    case 'char':
    case 'set':
      return bitsOf(leafOf(regex, place.walk.anyCase))
    case 'group':
      return visit(regex.inner, follow, place)
    case 'anyCase':
      return withAnyCase(place.walk, () => visit(regex.inner, follow, place))
    case 'sequence':
      return regex.parts.reduceRight((after, part) => visit(part, after, place), follow)
    case 'either':
      return visitEither(regex.options, follow, place)
    case 'repeat':
      return visitRepeat(regex, follow, place)
    default:
      return follow
  }
}

function withAnyCase(walk: Walk, run: () => bigint): bigint {
  const before = walk.anyCase
  walk.anyCase = true
  const first = run()
  walk.anyCase = before
  return first
}

function visitEither(options: readonly Regex[], follow: bigint, place: Place): bigint {
  let all = 0n
  for (const option of options) {
    const first = visit(option, follow, place)
    // Outside of loops a wrong way is gone a few times at most.
    if ((all & first) !== 0n && place.inLoop) place.walk.power = Infinity
    all |= first
  }
  return all
}

function visitRepeat(
  { inner, least, most }: Regex & { readonly kind: 'repeat' },
  follow: bigint,
  place: Place,
): bigint {
  const endless = most - least > FEW
  const looped = { ...place, inLoop: place.inLoop || endless || most > FEW }
  const alone = visit(inner, follow, { ...place, walk: { ...place.walk } })
  const first = most > 1 ? visit(inner, follow | alone, looped) : visit(inner, follow, looped)
  const unclear = (first & follow) !== 0n && most !== least
  if (unclear && place.inLoop) place.walk.power = Infinity
  else if (unclear && endless) place.walk.power++
  return least === 0 ? first | follow : first
}

function beginsAtStart(regex: Regex): boolean {
  switch (regex.kind) {
    case 'start':
      return true
    case 'sequence':
      return beginsAtStart(regex.parts[0]!)
    case 'group':
    case 'anyCase':
      return beginsAtStart(regex.inner)
    case 'either':
      return regex.options.every(beginsAtStart)
    default:
      return false
  }
}
