/**
 * A record of which only some members are decoded, inside of a value that nobody looks into any more: it is on its way to be written, and
 * is then written as the text it came as. The compiler and the engine see to it that no script reads what is not there.
 */
import { type JsonSink, TextSink } from './json-sink.ts'
import type { Rec, Value } from './value.ts'

/** What the members are a part of. */
export interface Document {
  readonly value: Value | undefined
  writeTo(sink: JsonSink): void
}

export class Held {
  readonly #document: Document

  constructor(members: Rec, document: Document) {
    for (const key in members) (this as unknown as Record<string, Value>)[key] = members[key]!
    this.#document = document
  }

  /** A class's own private fields are its own business: scripts see only the members. */
  static writeTo(held: Held, sink: JsonSink): void {
    held.#document.writeTo(sink)
  }

  static textOf(held: Held): string {
    const sink = new TextSink()
    held.#document.writeTo(sink)
    return sink.all
  }

  static wholeOf(held: Held): Value {
    return held.#document.value ?? null
  }
}
