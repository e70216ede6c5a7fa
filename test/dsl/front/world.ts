/** What the compiler's tests tell it: our own library, and modules out of a few named texts. */
import type { World } from '#dsl/world.ts'
import { loadCatalogue } from '#engine/catalogue.ts'
import { worldOf } from '#engine/world.ts'

const catalogue = await loadCatalogue()

export const world: World = worldOf(catalogue)

/** A world in which `a::b` is the text under `a/b.tremor` or `a/b.trickle`. */
export function worldWith(files: Readonly<Record<string, string>>): World {
  return {
    ...worldOf(catalogue, (path) => {
      for (const extension of ['tremor', 'trickle']) {
        const name = `${path.join('/')}.${extension}`
        if (Object.hasOwn(files, name)) return { name, text: files[name]! }
      }
      return undefined
    }),
    modulePaths: ['modules/'],
  }
}
