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
  const bySegment = new Map<number, Candidate<T>[]>()
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
    if (bySegment.size > 0) found = sooner(found, bySegment.get(firstSegment(plainPath(asked.path))), asked)
    if (byHost.size > 0) found = sooner(found, byHost.get(hostOf(asked)), asked)
    return found?.choice
  }
}

/** What fits of some candidates, if it stands before what was found. */
function sooner<T>(
  found: Candidate<T> | undefined,
  candidates: readonly Candidate<T>[] | undefined,
  asked: Asked,
): Candidate<T> | undefined {
  if (candidates === undefined) return found
  const other = first(candidates, asked)
  return other !== undefined && (found === undefined || other.index < found.index) ? other : found
}

function first<T>(candidates: readonly Candidate<T>[], asked: Asked): Candidate<T> | undefined {
  for (const candidate of candidates) if (candidate.fits(asked)) return candidate
  return undefined
}

function put<K, T>(lists: Map<K, T[]>, keys: ReadonlySet<K>, item: T): void {
  for (const key of keys) {
    const list = lists.get(key)
    if (list === undefined) lists.set(key, [item])
    else list.push(item)
  }
}

/** The marks of the first segments of the paths that can fit, if the rule says which. */
function segmentsOf({ path }: Conditions): ReadonlySet<number> | undefined {
  if (path === undefined) return undefined
  const found = new Set<number>()
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

/** A number for the first segment, of `/a/b` for `a`. Others may have the same: whether a rule fits is for itself to say. */
function firstSegment(path: string): number {
  let mark = 0
  for (let i = 1; i < path.length; i++) {
    const char = path.charCodeAt(i)
    if (char === 47) break
    mark = (Math.imul(mark, 31) + char) | 0
  }
  return mark
}
