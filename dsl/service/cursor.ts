/** Reads units one after the other and makes documents of them. Each comment comes out once, with the unit it stands by. */
import type { Terminal } from '../grammar/tokens.ts'
import { concat, type Doc, line, suffix } from './layout.ts'
import type { Comment, Unit } from './units.ts'

export interface Cursor {
  readonly peek: Unit
  readonly next: Unit
  is(...kinds: readonly Terminal[]): boolean
  /** The unit here, whatever it is; its comments before it on lines of their own. */
  take(): Doc
  /** The unit here, which is of this kind. */
  word(kind: Terminal): Doc
  /** A line break before the unit here, with the comments that stand before it. */
  line(flat?: '' | ' ', options?: { hard?: boolean; keepBlank?: boolean }): Doc
  /** The comments before the closing word here, each on a line of its own. */
  lastComments(): Doc
  /** Says nothing of the comments before the unit here: they came out another way. */
  skipComments(): void
  /** Unit after the unit here begins a new line: the author broke behind this one. */
  readonly brokenBehind: boolean
}

export function cursorOf(units: readonly Unit[]): Cursor {
  let at = 0
  let taken = 0
  return {
    get peek() {
      return units[at]!
    },
    get next() {
      return units[at + 1]!
    },
    get brokenBehind() {
      return units[at + 1]?.newline === true
    },
    is: (...kinds) => kinds.includes(units[at]!.kind),
    take,
    word(kind) {
      if (units[at]!.kind !== kind) throw new Error(`The formatter met "${units[at]!.text}", not "${kind}"`)
      return take()
    },
    line(flat = ' ', { hard = false, keepBlank = false } = {}) {
      const { blank } = units[at]!
      const comments = takeComments()
      const own = line(flat, { hard: hard || comments.length > 0, blank: blank && keepBlank })
      if (comments.length === 0) return own
      const [first, ...others] = comments
      const before = line(flat, { hard: true, blank: first!.blank && keepBlank })
      return concat(
        before,
        first!.text,
        others.flatMap((each) => [broken(each.blank), each.text]),
        broken(blank),
      )
    },
    skipComments: () => void takeComments(),
    lastComments() {
      return concat(takeComments().flatMap(({ text, blank }) => [broken(blank), text]))
    },
  }

  function take(): Doc {
    const comments = takeComments()
    const { text, trailing } = units[at]!
    at += 1
    const doc = trailing === undefined ? text : concat(text, suffix(trailing))
    if (comments.length === 0) return doc
    return concat(
      comments.flatMap((comment) => [broken(comment.blank), comment.text]),
      broken(false),
      doc,
    )
  }

  function takeComments(): readonly Comment[] {
    if (taken > at) return []
    taken = at + 1
    return units[at]!.leading
  }
}

function broken(blank: boolean): Doc {
  return line(' ', { hard: true, blank })
}
