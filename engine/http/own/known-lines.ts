/**
 * Field lines on their way out that were found fit before: the same few dozen leave with nearly every message, and need neither be judged nor
 * put together again. One of these for requests and one for answers, since they leave out different fields.
 */
import { checkName, checkValue } from '../fields.ts'
import { keepable } from './lines.ts'

const MOST_NAMES = 512
/** Of each name, by what tells values apart at little cost. A power of two. */
const SLOTS = 8
/** One in so many lines that were not known is kept. A prime, lest it be the same of a message each time. */
const LEARN_EACH = 7

interface Known {
  readonly value: string
  readonly text: string
}

let unknown = 0

/** The lines with one name. */
class LinesOfName {
  /** What the field is to the transport. */
  readonly what: number
  readonly #name: string
  readonly #start: string
  #lines: (Known | undefined)[] | null = null

  constructor(name: string, what: number) {
    this.what = what
    this.#name = name
    this.#start = `${name}: `
  }

  /** The line of a value that may go out. Throws if it would break its line. */
  line(value: string): string {
    if (typeof value !== 'string') checkValue(this.#name, value)
    const slot = (value.length * 3 + value.charCodeAt(value.length - 1)) & (SLOTS - 1)
    const known = this.#lines?.[slot]
    if (known !== undefined && known.value === value) return known.text
    checkValue(this.#name, value)
    const text = `${this.#start}${value}\r\n`
    if (++unknown % LEARN_EACH === 0 && keepable(this.#name, text.length)) {
      this.#lines ??= new Array(SLOTS).fill(undefined)
      this.#lines[slot] = { value, text }
    }
    return text
  }
}

export class KnownLines {
  readonly #names = new Map<string, LinesOfName>()
  readonly #judge: (name: string) => number

  /** `judge` says what a field is to the transport. */
  constructor(judge: (name: string) => number) {
    this.#judge = judge
  }

  /** The lines with this name. Throws if it is none. */
  of(name: string): LinesOfName {
    return this.#names.get(name) ?? this.#learn(name)
  }

  #learn(name: string): LinesOfName {
    const what = this.#judge(name)
    // Fields that are the transport's own business do not go out, whatever their name.
    checkName(name)
    const lines = new LinesOfName(name, what)
    if (this.#names.size >= MOST_NAMES) this.#names.clear()
    this.#names.set(name, lines)
    return lines
  }
}
