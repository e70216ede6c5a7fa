/**
 * Lists of fields that the transport hands out again, because the same fields came again (`own/sections.ts`): what was worked out of one
 * stays with it. Such a list, and what is handed out here, is changed by nobody. Of any other list the same is worked out each time.
 */
import type { Rec } from '#dsl/value.ts'
import { endToEnd, fieldIn, toRecord } from './headers.ts'
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

/** Requests with the same fields mostly go to few places. */
const MOST_HOSTS = 8

class Facts {
  readonly contentType: string
  readonly contentEncoding: string
  record: Rec | null = null
  passedOn: HeaderList | null = null
  readonly sentTo: Asked[] = []
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
  return facts === undefined ? toRecord(list) : (facts.record ??= toRecord(list))
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
  const made = keep(endToEnd(list, unsent, ['host', host]))
  if (sentTo.length < MOST_HOSTS) sentTo.push({ host, list: made })
  return made
}
