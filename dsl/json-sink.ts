import { fromUtf8Lossy } from './bytes.ts'

/** Where JSON is written to that need not become one text first: what leaves as it came is copied, and nothing else is done with it. */
export interface JsonSink {
  text(text: string): void
  /** UTF-8, from one place to before another. The bytes may change afterwards. */
  bytes(bytes: Uint8Array, from: number, to: number): void
}

/** For those who want a text. */
export class TextSink implements JsonSink {
  all = ''

  text(text: string): void {
    this.all += text
  }

  bytes(bytes: Uint8Array, from: number, to: number): void {
    this.all += fromUtf8Lossy(bytes.subarray(from, to))
  }
}
