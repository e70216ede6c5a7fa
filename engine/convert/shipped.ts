/** Pipelines that are shipped with the product and become part of a converted configuration. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { home } from '../home.ts'

/** `pipelines/NAME.trickle`, as it is. */
export function shippedPipeline(name: string): string {
  return readFileSync(join(home, 'pipelines', `${name}.trickle`), 'utf8')
}
