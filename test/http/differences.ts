/** Where a transport cannot do what the vectors ask, as data, each with its reason. What is not listed must hold over both. */
import type { TransportName } from '#engine/http/transports.ts'

interface Differences {
  /** Malformed requests refused with another status. */
  readonly statuses: Readonly<Record<string, readonly number[]>>
  /** Valid requests that are refused. */
  readonly refusesValid: Readonly<
    Record<string, { readonly answers: readonly number[]; readonly reason: string }>
  >
  /** Traps that are not tried, with the reason. */
  readonly traps: Readonly<Record<string, string>>
  /** Malformed answers that show otherwise to the client. */
  readonly answers: Readonly<Record<string, { readonly seen: number | 'cut'; readonly reason: string }>>
}

export const differences: Readonly<Record<TransportName, Differences>> = {
  own: { statuses: {}, refusesValid: {}, traps: {}, answers: {} },
  node: { statuses: {}, refusesValid: {}, traps: {}, answers: {} },
}
