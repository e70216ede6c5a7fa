/** The vectors as data, and where a transport differs, with the reason. Octets are written as latin1 text; `«a×9»` is nine a. */
import { readFileSync } from 'node:fs'
import type { Transport } from '#engine/http/transport.ts'
import type { TransportName } from '#engine/http/transports.ts'
import { transports } from '../support/transports.ts'

export interface MalformedRequest {
  readonly family: string
  readonly name: string
  readonly send: string
  /** Any of these. */
  readonly status: readonly number[]
}

export interface ValidRequest {
  readonly family: string
  readonly name: string
  readonly send: string
  readonly answers: readonly number[]
  readonly forwarded: readonly { readonly line: string; readonly body: string }[]
}

export interface MalformedAnswer {
  readonly name: string
  readonly method: string
  readonly answer: string
  /** What the client sees: 502 in place of the answer, or an answer that is visibly cut. */
  readonly seen: 502 | 'cut'
  /** The upstream closes behind it. */
  readonly close?: boolean
}

export const malformedRequests = read<MalformedRequest>('malformed-requests')
export const validRequests = read<ValidRequest>('valid-requests')
export const malformedAnswers = read<MalformedAnswer>('malformed-answers')

export const allTransports: readonly Transport[] = (['own', 'node'] as TransportName[]).map(
  (name) => transports[name],
)

function read<T>(file: string): readonly T[] {
  const text = readFileSync(new URL(`./vectors/${file}.json`, import.meta.url), 'utf8')
  return JSON.parse(text, (_, value) => (typeof value === 'string' ? spellOut(value) : value)) as T[]
}

function spellOut(text: string): string {
  return text.replace(/«([^»]*)×(\d+)»/gs, (_, part: string, times: string) => part.repeat(Number(times)))
}
