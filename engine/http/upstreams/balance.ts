/** Who of those that may be asked is asked. */
import { isRecord, type Value } from '#dsl/value.ts'
import { fieldIn } from '../headers.ts'
import type { HeaderList } from '../transport.ts'
import type { Policy, SetConfig } from './fields.ts'
import { hashOf, type Member, mix } from './member.ts'

/** What a choice may depend on. */
export interface Chooser {
  readonly headers: HeaderList
  /** Whose metadata are made only if they are asked for. */
  readonly event: { readonly meta: Value }
}

/** Of at least one member. */
export type Balance = (members: readonly Member[], chooser: Chooser) => Member

export interface BalanceOptions {
  readonly policy: Policy
  readonly keyOf: (chooser: Chooser) => string | undefined
  /** 0 for none. */
  readonly slowStartMs: number
  readonly now: () => number
  /** From 0 up to, not including, 1. */
  readonly random: () => number
}

export function balanceOf(options: BalanceOptions): Balance {
  const { policy, keyOf, slowStartMs, now, random } = options
  const weightOf =
    slowStartMs === 0
      ? (member: Member) => member.weight
      : (member: Member) => growing(member, now(), slowStartMs)
  const inTurn = (members: readonly Member[]) => nextInTurn(members, weightOf)
  switch (policy) {
    case 'round_robin':
      return inTurn
    case 'weighted':
      return (members) => drawn(members, weightOf, random)
    case 'least_requests':
      return (members) => leastBusy(members, weightOf, random)
    case 'power_of_two':
      return (members) => {
        const one = drawn(members, weightOf, random)
        const others = members.filter((member) => member !== one)
        if (others.length === 0) return one
        const other = drawn(others, weightOf, random)
        return load(other, weightOf) < load(one, weightOf) ? other : one
      }
    case 'hash':
      return (members, chooser) => {
        const key = keyOf(chooser)
        return key === undefined ? inTurn(members) : hashed(members, key)
      }
  }
}

/** What the hash is taken of, of a request. */
export function keyReader(
  hash: Exclude<SetConfig['balance'], string | undefined>['hash'],
): BalanceOptions['keyOf'] {
  const { header, cookie, meta } = hash ?? {}
  if (header !== undefined) {
    const name = header.toLowerCase()
    return ({ headers }) => fieldIn(headers, name) || undefined
  }
  if (cookie !== undefined) return ({ headers }) => cookieIn(headers, cookie)
  const path = (meta ?? 'request.client').replace(/^\$/, '').split('.')
  return (chooser) => {
    let value: Value | undefined = chooser.event.meta
    for (const key of path) {
      if (value === undefined || !isRecord(value) || !Object.hasOwn(value, key)) return undefined
      value = value[key]
    }
    return value === undefined || value === null
      ? undefined
      : typeof value === 'string'
        ? value
        : JSON.stringify(value)
  }
}

/** The value of a cookie of a request (RFC 6265 4.2), undefined if it has none or an empty one. */
export function cookieIn(headers: HeaderList, name: string): string | undefined {
  const cookies = fieldIn(headers, 'cookie')
  if (cookies === '') return undefined
  for (const pair of cookies.split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim() || undefined
  }
  return undefined
}

/** A member that came back lately counts for less: from a tenth to all, evenly over `ms`. */
function growing(member: Member, nowMs: number, ms: number): number {
  const share = (nowMs - member.backMs) / ms
  return share >= 1 ? member.weight : member.weight * Math.max(0.1, share)
}

/** Smooth weighted round robin: each gains its weight, the richest is taken and pays the sum. Spreads a, a, a, b as a, a, b, a. */
function nextInTurn(members: readonly Member[], weightOf: (member: Member) => number): Member {
  let sum = 0
  let best = members[0]!
  for (const member of members) {
    const weight = weightOf(member)
    sum += weight
    member.turn += weight
    if (member.turn > best.turn) best = member
  }
  best.turn -= sum
  return best
}

function drawn(
  members: readonly Member[],
  weightOf: (member: Member) => number,
  random: () => number,
): Member {
  let sum = 0
  for (const member of members) sum += weightOf(member)
  if (sum === 0) return members[Math.floor(random() * members.length)]!
  let left = random() * sum
  for (const member of members) {
    left -= weightOf(member)
    if (left < 0) return member
  }
  return members.at(-1)!
}

/** The one asked next is counted in, so that weights tell among idle ones, too. */
function load(member: Member, weightOf: (member: Member) => number): number {
  return (member.inFlight + 1) / weightOf(member)
}

/** Those that are equally busy are taken at random: from a fixed place, the first of them would get every lonely request. */
function leastBusy(
  members: readonly Member[],
  weightOf: (member: Member) => number,
  random: () => number,
): Member {
  const start = Math.floor(random() * members.length)
  let best = members[start]!
  let least = load(best, weightOf)
  for (let i = 1; i < members.length; i++) {
    const member = members[(start + i) % members.length]!
    const its = load(member, weightOf)
    if (its < least) {
      best = member
      least = its
    }
  }
  return best
}

/**
 * Weighted rendezvous hashing: every member draws a lot from the key, the best one has it. If a member goes, only its keys move,
 * and they spread over all others. Slow start does not apply: keys that move twice would be worse.
 */
function hashed(members: readonly Member[], key: string): Member {
  const hash = hashOf(key)
  let best = members[0]!
  let most = Number.NEGATIVE_INFINITY
  for (const member of members) {
    const unit = ((mix(hash ^ member.seed) >>> 0) + 0.5) / 2 ** 32
    const score = member.weight === 0 ? Number.NEGATIVE_INFINITY : -member.weight / Math.log(unit)
    if (score > most) {
      most = score
      best = member
    }
  }
  return best
}
