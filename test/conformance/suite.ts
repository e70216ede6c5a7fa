/** The public suite of tremor-runtime v0.11.12 as it lies on a disk: which cases are active, their files, their modules. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { decodeJson } from '#dsl/json.ts'
import type { Source } from '#dsl/source.ts'
import type { Value } from '#dsl/value.ts'
import type { World } from '#dsl/world.ts'
import { loadCatalogue } from '../../engine/catalogue.ts'
import { worldOf } from '../../engine/world.ts'

export interface Case {
  readonly family: string
  readonly name: string
  readonly folder: string
  /** The whole suite: the root of the checkout. */
  readonly root: string
  /** Cases that tremor runs without comparing texts. */
  readonly ignored: boolean
}

/** The cases of a family, as its runner `tests/<runner>.rs` lists them; folders it does not list are not part of the suite. */
export function casesOf(root: string, family: string, runner: string): Case[] {
  const text = readFileSync(join(root, 'tests', `${runner}.rs`), 'utf8')
  return [...listed(text, 'test_cases', false), ...listed(text, 'ignore_cases', true)].map(
    ({ name, ignored }) => ({
      family,
      name,
      folder: join(root, 'tests', family, name),
      root,
      ignored,
    }),
  )
}

function listed(text: string, macro: string, ignored: boolean): { name: string; ignored: boolean }[] {
  const call = new RegExp(`${macro}!\\s*[({]([^)}]*)[)}]`).exec(text)
  if (call === null) return []
  const names = call[1]!.replace(/\/\/.*$/gm, '').split(',')
  return names.map((name) => ({ name: name.trim(), ignored })).filter(({ name }) => name !== '')
}

/** The program of a case, under the relative name that its runner prints. */
export function sourceOf({ folder, root }: Case, file: string): Source {
  const path = join(folder, file)
  return { name: relative(root, path), text: readFileSync(path, 'utf8') }
}

/** Modules come from the case's own folder, then from tremor's library. */
export async function worldFor({ folder, root }: Case): Promise<World> {
  const mounts = [folder, join(root, 'tremor-script/lib')]
  return worldOf(await loadCatalogue(), (path) => {
    for (const mount of mounts) {
      for (const extension of ['tremor', 'trickle']) {
        const file = join(mount, `${path.join('/')}.${extension}`)
        if (existsSync(file)) return { name: relative(root, file), text: readFileSync(file, 'utf8') }
      }
    }
    return undefined
  })
}

/** One JSON document per line. A packed file comes before a plain one. */
export function eventsOf({ folder }: Case, name: string): Value[] {
  const packed = join(folder, `${name}.xz`)
  const text = existsSync(packed)
    ? execFileSync('xz', ['-dc', packed], { encoding: 'utf8', maxBuffer: 1 << 28 })
    : readFileSync(join(folder, name), 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(decodeJson)
}

export function foldersOf(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
}
