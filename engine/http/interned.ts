/** Holds one key at a time. It was never an object of a shape, so a key that comes once leaves no trace in V8's tables of shapes. */
const keys: Record<string, true> = Object.create(null)

/** The same text as V8 keeps literals and keys: compared by its address, and its hash is worked out. */
export function interned(text: string): string {
  keys[text] = true
  const key = Object.keys(keys)[0]!
  delete keys[text]
  return key
}
