/** What became of the vectors before one front, counted. */
import { malformedRequests, validRequests } from '../vectors.ts'
import { type AskOptions, ask, type Outcome } from './ask.ts'
import type { Recorder } from './recorder.ts'

export interface Tally {
  /** Malformed: refused by a status of 400 or more, nothing whole at the upstream. */
  readonly refused: string[]
  /** Malformed by a rule of our house (limits, methods we do not know): passed on, which others may. */
  readonly houseRules: string[]
  /** Malformed: reached the upstream in lawful form. */
  readonly normalised: string[]
  /** Malformed: the upstream saw the beginning of a request and never its end. */
  readonly cut: string[]
  /** Malformed: the upstream saw bytes that break the rules. */
  readonly forwarded: string[]
  /** Malformed: closed or left waiting without an answer, or answered by the front itself as if nothing were wrong. */
  readonly otherwise: string[]
  /** Valid: not answered, or refused. */
  readonly validRefused: string[]
  /** Valid: the upstream saw bytes that break the rules. */
  readonly validForwarded: string[]
  /** Any: requests at the upstream and answers that carry its mark do not match, one to one and in order. */
  readonly notOneToOne: string[]
}

/** Bounds, known methods and paths that climb are the house's choice, not grammar. */
const HOUSE_RULES = new Set(['method', 'target', 'bounds and expectations'])

/** A front that leaves clients waiting is not waited for long; one that never does may be slow on a busy machine. */
export const impatient: AskOptions = { silentMs: 700, quietMs: 120 }
export const patient: AskOptions = { silentMs: 10_000, quietMs: 5000 }

export async function judge(port: number, recorder: Recorder, times: AskOptions): Promise<Tally> {
  const tally: Tally = {
    refused: [],
    houseRules: [],
    normalised: [],
    cut: [],
    forwarded: [],
    otherwise: [],
    validRefused: [],
    validForwarded: [],
    notOneToOne: [],
  }
  for (const { family, name, send } of malformedRequests) {
    const outcome = await ask(port, recorder, send, times)
    const label = `${family}: ${name}`
    const kind = kindOf(outcome)
    tally[kind === 'normalised' && HOUSE_RULES.has(family) ? 'houseRules' : kind].push(label)
    if (!oneToOne(outcome)) tally.notOneToOne.push(label)
  }
  for (const { family, name, send, answers } of validRequests) {
    const outcome = await ask(port, recorder, send, { ...times, answers: answers.length })
    const label = `${family}: ${name}`
    // Who answers, the front or what is behind it, is the front's choice.
    const served =
      outcome.statuses.length === answers.length && outcome.statuses.every((status) => status < 400)
    if (!served) tally.validRefused.push(`${label} (${outcome.statuses})`)
    if (outcome.seen.malformed.length > 0) tally.validForwarded.push(`${label} (${outcome.seen.malformed})`)
    if (!oneToOne(outcome)) tally.notOneToOne.push(label)
  }
  return tally
}

function kindOf({ seen, statuses }: Outcome): 'refused' | 'normalised' | 'cut' | 'forwarded' | 'otherwise' {
  if (seen.malformed.length > 0) return 'forwarded'
  if (seen.marks.length > 0) return 'normalised'
  if (seen.partial > 0) return 'cut'
  return statuses.length > 0 && statuses[0]! >= 400 ? 'refused' : 'otherwise'
}

function oneToOne({ seen, marks }: Outcome): boolean {
  return seen.marks.join() === marks.join()
}

export const columns: readonly (readonly [heading: string, key: keyof Tally])[] = [
  ['rejected', 'refused'],
  ['house rule, passed on', 'houseRules'],
  ['accepted, normalised', 'normalised'],
  ['part, then cut', 'cut'],
  ['malformed forwarded', 'forwarded'],
  ['no answer', 'otherwise'],
  ['valid refused', 'validRefused'],
  ['not one to one', 'notOneToOne'],
]

/** The count; where many are about the Host alone, how many are not. */
function shown(key: keyof Tally, labels: readonly string[]): string {
  const hosts = key === 'forwarded' ? labels.filter((label) => label.startsWith('host: ')).length : 0
  return hosts === 0 ? String(labels.length) : `${labels.length} (${labels.length - hosts} besides Host)`
}

/** The tallies as a table of Markdown, one front a line. */
export function table(tallies: ReadonlyMap<string, Tally>): string {
  const rows = [...tallies].map(([front, tally]) => [
    front,
    ...columns.map(([, key]) => shown(key, tally[key])),
  ])
  const head = ['front', ...columns.map(([heading]) => heading)]
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return `${malformedRequests.length} malformed requests, ${validRequests.length} valid ones\n\n${lines.join('\n')}`
}
