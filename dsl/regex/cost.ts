/**
 * How bad a backtracking engine can fare with a pattern. Where the next character always tells which way to go, it never
 * takes a step back. Each repetition that the next character could continue or end makes it a power worse; one inside
 * another repetition makes it exponential.
 */
import type { Regex } from './ast.ts'
import { bitsOf, leafOf } from './leaf.ts'

/** Steps are at most about the length of the text to this power; infinite for exponential ones, 0 for a few steps only. */
export function powerOf(root: Regex): number {
  const walk: Walk = { choices: 0, looped: 0n, anyCase: false }
  const first = visit(root, END, { walk, inLoop: false })
  if (walk.looped === 0n) return beginsAtStart(root) ? 0 : 1
  // A search begins anew at every character. That costs where a loop runs over characters the search may begin at.
  const again = !beginsAtStart(root) && (first & walk.looped) !== 0n
  return Math.max(1, walk.choices) + (again ? 1 : 0)
}

interface Walk {
  /** Endless repetitions that the next character could continue or end. */
  choices: number
  /** What endless repetitions run over. */
  looped: bigint
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
  const { walk } = place
  const before = walk.choices
  let all = 0n
  let most = before
  for (const option of options) {
    // Only one of the options is gone through at a time.
    walk.choices = before
    const first = visit(option, follow, place)
    most = Math.max(most, walk.choices)
    // Outside of loops a wrong way is gone a few times at most.
    if ((all & first) !== 0n && place.inLoop) most = Infinity
    all |= first
  }
  walk.choices = most
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
  if (endless) place.walk.looped |= charactersOf(inner, place.walk.anyCase)
  const unclear = (first & follow) !== 0n && most !== least
  if (unclear && place.inLoop) place.walk.choices = Infinity
  else if (unclear && endless) place.walk.choices++
  return least === 0 ? first | follow : first
}

/** All characters that may stand anywhere in a part. */
function charactersOf(regex: Regex, anyCase: boolean): bigint {
  switch (regex.kind) {
    case 'char':
    case 'set':
      return bitsOf(leafOf(regex, anyCase))
    case 'anyCase':
      return charactersOf(regex.inner, true)
    case 'group':
    case 'repeat':
      return charactersOf(regex.inner, anyCase)
    case 'sequence':
      return regex.parts.reduce((all, part) => all | charactersOf(part, anyCase), 0n)
    case 'either':
      return regex.options.reduce((all, option) => all | charactersOf(option, anyCase), 0n)
    default:
      return 0n
  }
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
