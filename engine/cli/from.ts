/** `--from KIND [FILE]`: another system's configuration, converted. */
import { resolve } from 'node:path'
import { hasErrors } from '#dsl/diagnostic.ts'
import { spanOf } from '#dsl/source.ts'
import { disk, type Files, messageOf } from '../binding/files.ts'
import type { Converted, Converter, Environment } from '../convert/converter.ts'
import { converterNames, loadConverter } from '../convert/converters.ts'
import { readEnvFile } from '../convert/env-file.ts'
import { wrong } from '../convert/foreign.ts'
import { UsageError } from './exit.ts'
import { withMemory } from './files.ts'
import type { Terminal } from './terminal.ts'

/** Which system, and which of its files. */
export interface From {
  readonly kind: string
  readonly converter: Converter
  /** The one that was named; absent, the one that the original would read. */
  readonly file?: string
}

export async function readFrom(kind: string, files: readonly string[]): Promise<From> {
  const converter = await loadConverter(kind)
  if (converter === undefined)
    throw new UsageError(`Nothing converts "${kind}": known are ${converterNames().join(', ')}`)
  if (files.length > 1) throw new UsageError(`--from ${kind} takes one file, found ${files.length}`)
  return { kind, converter, ...(files[0] === undefined ? {} : { file: files[0] }) }
}

export interface Read extends Converted {
  /** Files that were read, or would have been: what a watcher watches. */
  readonly from: readonly [string, ...string[]]
}

/** Reads and converts what is there now. A file that cannot be read is a finding. */
export function convertNow({ kind, converter, file }: From, { environment, directory }: Terminal): Read {
  const envFile = converter.envFile === undefined ? undefined : resolve(directory, converter.envFile)
  const variables = { ...(envFile === undefined ? {} : variablesIn(envFile)), ...given(environment) }
  const name = file ?? converter.fileFor(variables)
  const path = resolve(directory, name)
  const from: Read['from'] = envFile === undefined ? [path] : [path, envFile]
  try {
    const source = { name, text: disk.read(path) }
    const converted = converter.convert(source, variables)
    return { ...converted, from }
  } catch (error) {
    const text = `Cannot read "${name}": ${messageOf(error)}`
    const help = file === undefined ? `Name it: --from ${kind} FILE` : undefined
    return { findings: [wrong(text, spanOf({ name, text: '' }, 0, 0), help)], from }
  }
}

/**
 * A converted configuration as `check` reads it, though it is on no disk. The names in angle brackets say so in
 * findings, and keep them from being watched.
 */
export function inMemory(
  { kind }: From,
  made: ReadonlyMap<string, string>,
): { readonly paths: readonly string[]; readonly files: Files } {
  const named = new Map([...made].map(([name, text]) => [`<${kind}>/${name}`, text]))
  return { paths: [...named.keys()], files: withMemory(named) }
}

export function isConverted(read: Read): read is Read & { readonly files: ReadonlyMap<string, string> } {
  return read.files !== undefined && !hasErrors(read.findings)
}

/** Not having the file is the usual case. */
function variablesIn(path: string): Environment {
  try {
    return readEnvFile(disk.read(path))
  } catch {
    return {}
  }
}

/** What is set to nothing counts as not set, as the originals have it. */
function given(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
}
