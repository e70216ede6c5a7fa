/**
 * The first rule that fits, found without asking all of them: most rules of a long list say one host, or begin with one segment of the path, so
 * for a request only those of its host, those of its segment, and those that say neither can fit.
 */
import type { Asked } from './asked.ts'
import { plainPath, unescaped } from './path.ts'
import { type Conditions, hostOf, type Matcher, matcherOf, several } from './rules.ts'

interface Candidate<T> {
  readonly index: number
  readonly fits: Matcher
  readonly choice: T
}

/** Fewer rules are asked one after the other. */
const FEW = 8

/** What is chosen by the first rule that fits a request, undefined if none does. */
export function chooserOf<T>(rules: readonly { readonly conditions: Conditions; readonly choice: T }[]) {
  const all = rules.map(({ conditions, choice }, index) => ({ index, fits: matcherOf(conditions), choice }))
  if (rules.length <= FEW) return (asked: Asked) => first(all, asked)?.choice

  const anywhere: Candidate<T>[] = []
  const bySegment = new Map<string, Candidate<T>[]>()
  const byHost = new Map<string, Candidate<T>[]>()
  for (const [index, { conditions }] of rules.entries()) {
    const segments = segmentsOf(conditions)
    const hosts = hostsOf(conditions)
    if (segments !== undefined) put(bySegment, segments, all[index]!)
    else if (hosts !== undefined) put(byHost, hosts, all[index]!)
    else anywhere.push(all[index]!)
  }

  return (asked: Asked): T | undefined => {
    let found = first(anywhere, asked)
    for (const some of [bySegment.get(firstSegment(plainPath(asked.path))), byHost.get(hostOf(asked))]) {
      const other = some === undefined ? undefined : first(some, asked)
      if (other !== undefined && (found === undefined || other.index < found.index)) found = other
    }
    return found?.choice
  }
}

function first<T>(candidates: readonly Candidate<T>[], asked: Asked): Candidate<T> | undefined {
  for (const candidate of candidates) if (candidate.fits(asked)) return candidate
  return undefined
}

function put<T>(lists: Map<string, T[]>, keys: ReadonlySet<string>, item: T): void {
  for (const key of keys) {
    const list = lists.get(key)
    if (list === undefined) lists.set(key, [item])
    else list.push(item)
  }
}

/** The first segments of the paths that can fit, if the rule says which. */
function segmentsOf({ path }: Conditions): ReadonlySet<string> | undefined {
  if (path === undefined) return undefined
  const found = new Set<string>()
  for (const pattern of several(path)) {
    const star = pattern.indexOf('*')
    const literal = unescaped(star < 0 ? pattern : pattern.slice(0, star))
    // Up to a star, or to an end that is not there, the segment may go on.
    if (!literal.startsWith('/') || (star >= 0 && literal.indexOf('/', 1) < 0)) return undefined
    found.add(firstSegment(literal))
  }
  return found
}

/** The hosts that can fit, if the rule says which. */
function hostsOf({ host }: Conditions): ReadonlySet<string> | undefined {
  if (host === undefined) return undefined
  const hosts = several(host).map((each) => each.toLowerCase())
  return hosts.some((each) => each.includes('*')) ? undefined : new Set(hosts)
}

/** Of `/a/b`, `a`. */
function firstSegment(path: string): string {
  const end = path.indexOf('/', 1)
  return path.slice(1, end < 0 ? undefined : end)
}
