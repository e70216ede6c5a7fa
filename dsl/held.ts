/**
 * A record of which only some members are decoded, inside of a value that nobody looks into any more: it is on its way to be written, and
 * is then written as the text it came as. The compiler and the engine see to it that no script reads what is not there.
 */
import type { Rec, Value } from './value.ts'

export class Held {
  readonly #text: () => string
  readonly #whole: () => Value

  constructor(members: Rec, text: () => string, whole: () => Value) {
    Object.assign(this, members)
    this.#text = text
    this.#whole = whole
  }

  /** A class's own private fields are its own business: scripts see only the members. */
  static textOf(held: Held): string {
    return held.#text()
  }

  static wholeOf(held: Held): Value {
    return held.#whole()
  }
}
