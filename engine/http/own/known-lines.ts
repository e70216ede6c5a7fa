/**
 * Field lines on their way out that were found fit before: the same few dozen leave with nearly every message, and need neither be judged nor
 * put together again. One of these for requests and one for answers, since they leave out different fields.
 */
import { checkField } from '../fields.ts'
import { keepable } from './lines.ts'

interface Known {
  readonly name: string
  readonly text: string
}

const MOST_LINES = 1024
/** One in so many lines that were not known is kept. A prime, lest it be the same of a message each time. */
const LEARN_EACH = 7

export class KnownLines {
  /** By value: there are more of those than of names, and one name to each, nearly always. */
  readonly #lines = new Map<string, Known>()
  #unknown = 0

  /** The line, or undefined if it has to be looked at. */
  get(name: string, value: string): string | undefined {
    const line = this.#lines.get(value)
    return line !== undefined && line.name === name ? line.text : undefined
  }

  /** The line of a field that may go out. Throws if it would break its line or the section. */
  make(name: string, value: string): string {
    checkField(name, value)
    const text = `${name}: ${value}\r\n`
    if (++this.#unknown % LEARN_EACH === 0 && keepable(name, text.length)) {
      if (this.#lines.size >= MOST_LINES) this.#lines.clear()
      this.#lines.set(value, { name, text })
    }
    return text
  }
}
