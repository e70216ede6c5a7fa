/** Where the things lie that come with Temblor: its version, the pipelines and bindings it ships. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder that holds `pipelines/` and `bindings/`: the checkout's top, or the installed package's. */
export const home: string = findHome(dirname(fileURLToPath(import.meta.url)))

/** As package.json states it. */
export const version: string = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')).version

/** Sources lie one folder below it, compiled files two; `bin/` is what both have and `dist/` has not. */
function findHome(from: string): string {
  return existsSync(join(from, 'bin', 'temblor.js')) ? from : findHome(dirname(from))
}
