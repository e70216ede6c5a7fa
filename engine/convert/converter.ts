/** What reads another system's configuration. One file in `from/` introduces one kind: the folder is the registry. */
import type { Diagnostic } from '#dsl/diagnostic.ts'
import type { Source } from '#dsl/source.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Converter {
  /** The system, and what of it is read: one sentence. */
  readonly doc: string
  /** The variables of the environment that are heeded, and what each says. */
  readonly variables: Readonly<Record<string, string>>
  /** The keys at the top of its file: one that has no others is likely to be of this kind. */
  readonly keys: readonly string[]
  /** A file of variables that the original reads beside its configuration; the process's own come first. */
  readonly envFile?: string
  /** The file that the original would read if none is named. */
  fileFor(environment: Environment): string
  /** Never throws for bad input: what cannot be converted is a finding. */
  convert(source: Source, environment: Environment): Converted
}

export interface Converted {
  /** Texts by file name, which belong together in one folder. Absent if there are errors. */
  readonly files?: ReadonlyMap<string, string>
  readonly findings: readonly Diagnostic[]
  /** Where the original serves its metrics, if it does. */
  readonly metrics?: { readonly host: string; readonly port: number }
}

export function defineConverter(converter: Converter): Converter {
  return converter
}
