/** `--from KIND [FILE]`: another system's configuration, converted. */
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { disk, type Files, messageOf } from '../binding/files.ts'
import type { Converted, Converter, Environment } from '../convert/converter.ts'
import { converterNames, loadConverter } from '../convert/converters.ts'
import { CommandFailure, exit, UsageError } from './exit.ts'
import { withMemory } from './files.ts'
import type { Terminal } from './terminal.ts'

export interface Source {
  readonly kind: string
  readonly converter: Converter
  /** The file that is read: the one that was named, else the one that the original would read. */
  readonly file: string
}

/** Which system, and which of its files. */
export async function readFrom(
  kind: string,
  files: readonly string[],
  { environment, directory }: Terminal,
): Promise<Source> {
  const converter = await loadConverter(kind)
  if (converter === undefined)
    throw new UsageError(`Nothing converts "${kind}": known are ${converterNames().join(', ')}`)
  if (files.length > 1) throw new UsageError(`--from ${kind} reads one file, not ${files.length}`)
  const file = files[0] ?? converter.fileFor(environmentFor(converter, environment, directory))
  return { kind, converter, file }
}

export interface FromFile extends Converted {
  /** What the conversion depends on, to be watched. */
  readonly read: readonly string[]
}

/** Reads and converts the file as it is now. Throws `CommandFailure` if it cannot be read. */
export function convertFile({ converter, file }: Source, { environment, directory }: Terminal): FromFile {
  const env = environmentFor(converter, environment, directory)
  const read = [file, ...(converter.envFile === undefined ? [] : [converter.envFile])].map((path) => join_(directory, path))
  return { ...converter.convert({ name: file, text: readText(join_(directory, file), file) }, env), read }
}

/** A converted configuration as the files that `check` reads: they exist only in memory. */
export function inMemory(files: ReadonlyMap<string, string>): {
  readonly paths: readonly string[]
  readonly files: Files
} {
  return { paths: [...files.keys()], files: withMemory(files) }
}
