/**
 * A kept answer as a file: one line that says how long the parts are and what they add up to, a line of JSON, and the body. Whatever is not
 * exactly so is no answer. Requests' own fields are not written: they may hold what is nobody's business on a disk.
 */
import { createHash } from 'node:crypto'
import type { Entry } from './entry.ts'
import type { Policy } from './policy.ts'
import type { Selecting } from './vary.ts'

/** What is known of a kept answer without its body. */
export interface Kept extends Omit<Entry, 'body'> {
  readonly key: string
}

const MAGIC = 'temblor-cache-1'
const FIRST_LINE = /^temblor-cache-1 (\d{1,9}) (\d{1,12}) ([0-9a-f]{64}) ([0-9a-f]{64})\n/
/** Longer than any first line. */
const FIRST_BYTES = 256

/** Null: it holds what cannot be written down. */
export function fileOf(key: string, entry: Entry): Buffer | null {
  const { status, headers, policy, selecting, tags, body } = entry
  if (
    selecting === '*' ||
    Object.values(policy).some((each) => typeof each === 'number' && !Number.isFinite(each))
  )
    return null
  const text = JSON.stringify({ key, status, headers, policy, selecting: [...selecting], tags })
  const head = Buffer.from(`${text}\n`)
  const first = `${MAGIC} ${head.length} ${body.length} ${sum(head)} ${sum(body)}\n`
  return Buffer.concat([Buffer.from(first), head, body])
}

export interface Parts {
  /** Where they begin. */
  readonly head: number
  readonly body: number
  readonly end: number
  readonly headSum: string
  readonly bodySum: string
}

/** How a file is laid out, by its first octets; null if it is none of ours. */
export function partsOf(first: Buffer): Parts | null {
  const found = FIRST_LINE.exec(first.toString('latin1', 0, FIRST_BYTES))
  if (found === null) return null
  const head = found[0].length
  const body = head + Number(found[1])
  return { head, body, end: body + Number(found[2]), headSum: found[3]!, bodySum: found[4]! }
}

/** What the head of a file says; null if it is not what was written. */
export function keptIn(file: Buffer, { head, body, headSum }: Parts): Kept | null {
  const bytes = file.subarray(head, body)
  if (sum(bytes) !== headSum) return null
  try {
    const { key, status, headers, policy, selecting, tags } = JSON.parse(bytes.toString()) as {
      key: string
      status: number
      headers: string[]
      policy: Policy
      selecting: [string, string][]
      tags: string[]
    }
    return { key, status, headers, policy, selecting: new Map(selecting), tags, asked: [] }
  } catch {
    return null
  }
}

/** The body of a whole file; null if it is not what was written. */
export function bodyIn(file: Buffer, { body, end, bodySum }: Parts): Uint8Array | null {
  if (file.length !== end) return null
  const bytes = file.subarray(body, end)
  return sum(bytes) === bodySum ? bytes : null
}

/** Of two answers for one request there is one name. */
export function nameOf(key: string, selecting: Selecting): string {
  const varying = selecting === '*' ? '*' : JSON.stringify([...selecting].sort())
  return `${createHash('sha256').update(`${key}\n${varying}`).digest('hex')}.answer`
}

function sum(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
