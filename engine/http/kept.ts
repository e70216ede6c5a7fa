/**
 * Lists of fields that the transport hands out again, because the same fields came again (`own/sections.ts`): what was worked out of one
 * stays with it. Such a list, and what is handed out here, is changed by nobody. Of any other list the same is worked out each time.
 */
import { isSecretName } from '#dsl/secrets.ts'
import { isRecord, type Rec, type Value } from '#dsl/value.ts'
import { endToEnd, fieldIn, toList, toRecord } from './headers.ts'
import type { HeaderList } from './transport.ts'

/** Lines as they go out, and what was noticed on the way. */
export interface Written {
  readonly text: string
  readonly date: boolean
  readonly length: number
}

interface Asked {
  readonly host: string
  readonly list: HeaderList
}

/** The fields that a script made of those that came, and the list that became of them. */
interface Made {
  /** Of a request; null for an answer. */
  readonly host: string | null
  readonly names: readonly string[]
  readonly values: readonly Value[]
  readonly list: HeaderList
}

/** Requests with the same fields mostly go to few places. */
const MOST_HOSTS = 8

/** A script may make others each time: one in so many is kept, to see whether it comes again. A prime, lest it be the same of a few in turn. */
const LEARN_EACH = 7

let unknown = 0

class Facts {
  readonly contentType: string
  readonly contentEncoding: string
  record: Rec | null = null
  passedOn: HeaderList | null = null
  readonly sentTo: Asked[] = []
  readonly made: Made[] = []
  /** As the fields of a request, where the list is one's. */
  asRequest: string | null = null
  /** As the fields of an answer. */
  asAnswer: Written | null = null

  constructor(list: HeaderList) {
    this.contentType = fieldIn(list, 'content-type')
    this.contentEncoding = fieldIn(list, 'content-encoding')
  }
}

interface Kept extends HeaderList {
  readonly facts?: Facts
}

/** From now on what is worked out of this list stays with it. */
export function keep<T extends HeaderList>(list: T): T {
  // Not for those who go through its members: it is a list like any other.
  if (factsOf(list) === undefined) Object.defineProperty(list, 'facts', { value: new Facts(list) })
  return list
}

/** What stays with a list, undefined if nothing does. */
export function factsOf(list: HeaderList): Facts | undefined {
  return (list as Kept).facts
}

/** '' if there is none. */
export function contentTypeOf(list: HeaderList): string {
  const facts = factsOf(list)
  return facts === undefined ? fieldIn(list, 'content-type') : facts.contentType
}

/** '' if there is none. */
export function contentEncodingOf(list: HeaderList): string {
  const facts = factsOf(list)
  return facts === undefined ? fieldIn(list, 'content-encoding') : facts.contentEncoding
}

/** As a script sees it. */
export function recordOf(list: HeaderList): Rec {
  const facts = factsOf(list)
  return facts === undefined ? toRecord(list) : (facts.record ??= marked(toRecord(list), facts))
}

/** The lists of values say where they came from: a script that changes a field or two hands on the others. */
function marked(record: Rec, facts: Facts): Rec {
  for (const name in record) Object.defineProperty(record[name], 'facts', { value: facts })
  return record
}

const nothing: ReadonlySet<string> = new Set()

/** The fields that go on. */
export function passedOn(list: HeaderList): HeaderList {
  const facts = factsOf(list)
  if (facts === undefined) return endToEnd(list, nothing, [])
  return (facts.passedOn ??= keep(endToEnd(list, nothing, [])))
}

/** Fields of the client's request that are not sent on: the transport frames by itself, `Host` is the endpoint's. */
export const unsent: ReadonlySet<string> = new Set(['host', 'content-length'])

/** The fields of a request that go on, behind a `Host`. */
export function sentOn(list: HeaderList, host: string): HeaderList {
  const facts = factsOf(list)
  if (facts === undefined) return endToEnd(list, unsent, ['host', host])
  const { sentTo } = facts
  for (const asked of sentTo) if (asked.host === host) return asked.list
  const made = endToEnd(list, unsent, ['host', host])
  if (sentTo.length < MOST_HOSTS) sentTo.push({ host, list: keep(made) })
  return made
}

/** What goes on the wire for a record of a script: for a request, behind a `Host`, or for an answer if that is null. */
export function listOf(record: Value | undefined, host: string | null): HeaderList {
  if (record === undefined || !isRecord(record)) return listed(record, host)
  const made = factsBehind(record)?.made
  if (made === undefined) return listed(record, host)
  const at = made.findIndex((one) => one.host === host)
  if (at >= 0 && isMadeOf(made[at]!, record)) return made[at]!.list
  if (++unknown % LEARN_EACH !== 0 || (at < 0 && made.length === MOST_HOSTS)) return listed(record, host)
  const list = listed(record, host)
  if (list.some((name, i) => i % 2 === 0 && isSecretName(name))) return list
  keep(list)
  made[at < 0 ? made.length : at] = { host, names: Object.keys(record), values: Object.values(record), list }
  return list
}

function listed(record: Value | undefined, host: string | null): string[] {
  return host === null ? toList(record, nothing, []) : toList(record, unsent, ['host', host])
}

function factsBehind(record: Rec): Facts | undefined {
  for (const name in record) {
    const value = record[name]
    if (Array.isArray(value)) return factsOf(value as unknown as HeaderList)
  }
  return undefined
}

/** Values are changed by nobody: the same list of them holds the same. */
function isMadeOf({ names, values }: Made, record: Rec): boolean {
  let at = 0
  for (const name in record) {
    if (name !== names[at] || record[name] !== values[at]) return false
    at++
  }
  return at === names.length
}
