/**
 * Laying text out: a document says where lines may and must be broken, the printer decides by the width. After Wadler's
 * "A prettier printer", with comments that wait for the end of their line.
 */

export type Doc = string | Part

type Part =
  | { readonly kind: 'concat'; readonly parts: readonly Doc[]; readonly hard: boolean }
  | { readonly kind: 'indent'; readonly doc: Doc; readonly hard: boolean }
  | { readonly kind: 'group'; readonly doc: Doc; readonly hard: boolean }
  | { readonly kind: 'line'; readonly flat: '' | ' '; readonly blank: boolean; readonly hard: boolean }
  /** Text to the end of the line, wherever that comes to be. */
  | { readonly kind: 'suffix'; readonly text: string; readonly hard: false }

/** A list among the parts stands for its parts: of a thousand items no call is made with a thousand arguments. */
export function concat(...given: readonly (Doc | readonly Doc[])[]): Doc {
  const parts = given.flat()
  return { kind: 'concat', parts, hard: parts.some(isHard) }
}

export function indent(...parts: readonly (Doc | readonly Doc[])[]): Doc {
  const doc = concat(parts.flat())
  return { kind: 'indent', doc, hard: isHard(doc) }
}

/** All on one line, if that fits and nothing inside must break; else every line of its own is a new one. */
export function group(doc: Doc, broken = false): Doc {
  return { kind: 'group', doc, hard: broken || isHard(doc) }
}

/** A new line in a broken group, `flat` in one that fits. */
export function line(flat: '' | ' ' = ' ', options: { hard?: boolean; blank?: boolean } = {}): Doc {
  return { kind: 'line', flat, blank: options.blank ?? false, hard: options.hard ?? false }
}

export function suffix(text: string): Doc {
  return { kind: 'suffix', text, hard: false }
}

/** It breaks whatever group it is in. */
export function isHard(doc: Doc): boolean {
  return typeof doc !== 'string' && doc.hard
}

interface Command {
  readonly depth: number
  readonly flat: boolean
  readonly doc: Doc
}

const step = '  '

export function print(doc: Doc, width: number): string {
  const lines: string[] = []
  const suffixes: string[] = []
  const work: Command[] = [{ depth: 0, flat: false, doc }]
  let row = ''
  for (let command = work.pop(); command !== undefined; command = work.pop()) {
    const { depth, flat, doc } = command
    if (typeof doc === 'string') write(doc)
    else if (doc.kind === 'suffix') suffixes.push(doc.text)
    else if (doc.kind === 'indent') work.push({ depth: depth + 1, flat, doc: doc.doc })
    else if (doc.kind === 'concat') pushAll(doc.parts, depth, flat)
    else if (doc.kind === 'group') {
      const whole: Command = { depth, flat: true, doc: doc.doc }
      const isFlat = flat || (!doc.hard && fits(whole, work, width - column()))
      work.push({ depth, flat: isFlat && !doc.hard, doc: doc.doc })
    } else if (flat && !doc.hard) write(doc.flat)
    else newline(depth, doc.blank)
  }
  newline(0, false)
  return `${lines.join('\n')}\n`

  function write(text: string): void {
    row += text
  }

  /** Of what follows the last line break that a text of several lines holds. */
  function column(): number {
    return row.length - (row.lastIndexOf('\n') + 1)
  }

  function pushAll(parts: readonly Doc[], depth: number, flat: boolean): void {
    for (let i = parts.length - 1; i >= 0; i--) work.push({ depth, flat, doc: parts[i]! })
  }

  /** Of comments that have come to end the same line one is made: below it, the second would belong to something else. */
  function newline(depth: number, blank: boolean): void {
    lines.push([row.trimEnd(), ...suffixes.splice(0)].join(' '))
    if (blank && lines[lines.length - 1] !== '') lines.push('')
    row = step.repeat(depth)
  }
}

/** Whether it fits on what is left of the line, with all that follows it up to the next line break. */
function fits(first: Command, rest: readonly Command[], width: number): boolean {
  const work: Command[] = [first]
  let left = width
  let next = rest.length
  let hasSuffix = false
  while (left >= 0) {
    const command = work.pop() ?? rest[--next]
    if (command === undefined) return true
    const { depth, flat, doc } = command
    if (typeof doc === 'string') {
      const end = doc.indexOf('\n')
      if (end >= 0) return left >= end
      left -= doc.length
    } else if (doc.kind === 'line') {
      if (!flat || doc.hard) return true
      // A comment would swallow what follows it on the line.
      if (hasSuffix) return false
      left -= doc.flat.length
    } else if (doc.kind === 'concat') {
      for (let i = doc.parts.length - 1; i >= 0; i--) work.push({ depth, flat, doc: doc.parts[i]! })
    } else if (doc.kind === 'group') work.push({ depth, flat: flat && !doc.hard, doc: doc.doc })
    else if (doc.kind === 'indent') work.push({ depth, flat, doc: doc.doc })
    else hasSuffix = true
  }
  return false
}
