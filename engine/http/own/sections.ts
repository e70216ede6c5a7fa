/**
 * Whole field sections that came or went before. A client on a connection kept alive, and an upstream within a second, say the same fields
 * again and again: octets equal to those of a section seen before need no look at their lines, and a list equal to one sent before is one
 * text already. Sections that differ in one field (an id, a cookie) are worked on line by line (`lines.ts`, `known-lines.ts`).
 */
import { keep } from '../kept.ts'
import type { HeaderList } from '../transport.ts'
import { flat } from './latin1.ts'
import { keepable } from './lines.ts'

/** A power of two. */
const SLOTS = 256
const MOST_OCTETS = 1024
/** One in so many sections that were not known is kept: those that come again soon are, the others replace little. A prime, lest it be the same of a few in turn each time. */
const LEARN_EACH = 7

let unknown = 0

function worthKeeping(list: HeaderList, octets: number): boolean {
  if (++unknown % LEARN_EACH !== 0 || octets > MOST_OCTETS) return false
  for (let i = 0; i < list.length; i += 2) if (!keepable(list[i]!, list[i + 1]!.length)) return false
  return true
}

// ---- in

interface Arrived {
  readonly octets: Buffer
  readonly view: DataView
  readonly list: string[]
}

const arrived: (Arrived | undefined)[] = new Array(SLOTS).fill(undefined)

/** The section at `from`, if it is one of those kept. What else was read goes into where it is kept: it tells clients apart. */
export function knownSection(buf: Buffer, from: number, end: number): Arrived | undefined {
  const section = arrived[(end - from) & (SLOTS - 1)]
  if (section === undefined) return undefined
  const { octets } = section
  const size = octets.length
  const to = from + size
  if (to > end || buf[to - 1] !== octets[size - 1] || buf[to - 5] !== octets[size - 5]) return undefined
  return sameOctets(viewOf(buf), from, section) ? section : undefined
}

/**
 * Eight octets at a time, as numbers: a call of `compare` takes as long as all of it. No field section has octets that make a zero, of which
 * there are two, or and what is no number equals nothing, so that such a section is only not known.
 */
function sameOctets(view: DataView, from: number, { octets, view: known }: Arrived): boolean {
  const size = octets.length
  let i = 0
  for (; i + 8 <= size; i += 8) if (view.getFloat64(from + i) !== known.getFloat64(i)) return false
  for (; i < size; i++) if (view.getUint8(from + i) !== octets[i]) return false
  return true
}

let lastBuffer: Buffer | null = null
let lastView: DataView = new DataView(new ArrayBuffer(0))

/** Nearly everything is read into the same buffer. */
function viewOf(buf: Buffer): DataView {
  if (buf !== lastBuffer) {
    lastBuffer = buf
    lastView = new DataView(buf.buffer, buf.byteOffset, buf.length)
  }
  return lastView
}

/** A section from `from` to `to`, of what was read to `end`, turned out well formed; perhaps it will be known next time. The list is kept as it is. */
export function learnSection(
  buf: Buffer,
  place: { from: number; to: number; end: number },
  list: string[],
): void {
  const { from, to, end } = place
  if (list.length === 0 || !worthKeeping(list, to - from)) return
  const octets = Buffer.from(buf.subarray(from, to))
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length)
  arrived[(end - from) & (SLOTS - 1)] = { octets, view, list: keep(list) }
}

// ---- out

/** What was made of a list, and noticed in it. */
export interface Sent {
  readonly list: HeaderList
  readonly text: string
  readonly date: boolean
  readonly length: number
}

/** One of these for requests and one for answers, since they leave out different fields. */
export class SentSections {
  readonly #sent: (Sent | undefined)[] = new Array(SLOTS).fill(undefined)

  /** What was made of an equal list, if it is one of those kept. */
  get(list: HeaderList): Sent | undefined {
    const sent = this.#sent[slotOf(list)]
    return sent !== undefined && equal(sent.list, list) ? sent : undefined
  }

  /** This was made of a list; perhaps it will be known next time. */
  learn(sent: Sent): void {
    const { list, text } = sent
    if (worthKeeping(list, text.length))
      this.#sent[slotOf(list)] = {
        ...sent,
        list: [...list],
        text: flat(text),
      }
  }
}

/** The first field is mostly the host, or the server: it tells apart where requests go, or answers come from. */
function slotOf(list: HeaderList): number {
  const first = list[1]
  if (typeof first !== 'string') return 0
  return (list.length * 37 + first.length * 11 + (first.charCodeAt(first.length - 1) | 0)) & (SLOTS - 1)
}

function equal(list: HeaderList, other: HeaderList): boolean {
  if (list === other) return true
  if (list.length !== other.length) return false
  for (let i = 0; i < list.length; i++) if (list[i] !== other[i]) return false
  return true
}
