/** A configuration in a parcel: read on the disk of whoever sends it, unpacked where it is checked. */
import { resolve } from 'node:path'
import type { Bundle } from '../admin/api.ts'
import { disk, type Files } from '../binding/files.ts'
import { check } from '../check.ts'

/**
 * Everything that these paths lead to, modules too. What is wrong with it is for the other side to say, whose variables and `${file:…}` count. Throws what the disk
 * does if a path cannot be read.
 */
export async function bundleOf(
  paths: readonly string[],
  options: { readonly directory: string; readonly stdin: () => Promise<string> },
): Promise<Bundle> {
  const stdin = paths.includes('-') ? await options.stdin() : undefined
  const absolute = paths.map((path) => (path === '-' ? path : resolve(options.directory, path)))
  for (const path of absolute) if (path !== '-') disk.isDirectory(path)
  const files = stdin === undefined ? disk : { ...disk, stdin: () => stdin }
  const { files: read } = await check(absolute, { files })
  const ours = read.filter((path) => /\.(ya?ml|trickle|tremor)$/.test(path))
  return {
    paths: absolute,
    files: Object.fromEntries(ours.map((path) => [resolve(path), disk.read(path)])),
    ...(stdin === undefined ? {} : { stdin }),
  }
}

/** The files of a parcel, in front of the disk: what a configuration names beyond them is looked for here. */
export function filesOf({ files, stdin = '' }: Bundle): Files {
  const texts = new Map(Object.entries(files))
  const below = (path: string) => {
    const folder = path.endsWith('/') ? path : `${path}/`
    return [...texts.keys()]
      .filter((name) => name.startsWith(folder))
      .map((name) => name.slice(folder.length))
  }
  return {
    read: (path) => texts.get(resolve(path)) ?? disk.read(path),
    isDirectory: (path) => !texts.has(path) && (below(path).length > 0 || disk.isDirectory(path)),
    list: (path) => {
      const names = new Map(below(path).map((rest) => [rest.split('/')[0]!, rest.includes('/')]))
      return [...names].map(([name, isDirectory]) => ({ name, isDirectory }))
    },
    stdin: () => stdin,
  }
}
