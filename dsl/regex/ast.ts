/** A regular expression of the Rust `regex` crate's syntax, as a tree. */
export type Regex =
  | { readonly kind: 'empty' }
  /** One character out of a set, in the notation of a JavaScript class: `[a-z\d]`, for ASCII texts and for all texts. */
  | { readonly kind: 'set'; readonly ascii: string; readonly unicode: string }
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'start' | 'end' | 'lineStart' | 'lineEnd' | 'boundary' | 'noBoundary' }
  | {
      readonly kind: 'group'
      readonly inner: Regex /** Absent if nothing is captured. */
      readonly capture?: number
    }
  /** Oniguruma only. */
  | { readonly kind: 'look'; readonly inner: Regex; readonly behind: boolean; readonly negated: boolean }
  /** Letters of either case inside. */
  | { readonly kind: 'anyCase'; readonly inner: Regex }
  | {
      readonly kind: 'repeat'
      readonly inner: Regex
      readonly least: number
      readonly most: number
      readonly greedy: boolean
    }
  | { readonly kind: 'sequence'; readonly parts: readonly Regex[] }
  | { readonly kind: 'either'; readonly options: readonly Regex[] }

export interface ParsedRegex {
  readonly root: Regex
  /** Names of the capture groups by their number; the whole match is number 0. */
  readonly names: readonly (string | undefined)[]
}
