/** Byte processing before a codec decodes (unpack, split) and after one encodes (join, pack). */
export interface PreprocessorDefinition {
  readonly doc: string
  readonly examples: readonly { readonly in: readonly string[]; readonly out: readonly string[] }[]
  /** One for each stream of bytes (a connection, a request body). */
  create(): Preprocessor
}

export interface Preprocessor {
  /** Takes bytes, gives the whole messages now complete. Throws `CodecError`. */
  push(bytes: Uint8Array, frame: { ingestNs: bigint }): readonly Uint8Array[]
  /** The stream ended: what is left. */
  end(): readonly Uint8Array[]
}

export interface PostprocessorDefinition {
  readonly doc: string
  readonly examples: readonly { readonly in: string; readonly out: readonly string[] }[]
  create(): Postprocessor
}

export interface Postprocessor {
  process(bytes: Uint8Array, ingestNs: bigint): readonly Uint8Array[]
}

export function definePreprocessor(definition: PreprocessorDefinition): PreprocessorDefinition {
  return definition
}
export function definePostprocessor(definition: PostprocessorDefinition): PostprocessorDefinition {
  return definition
}
