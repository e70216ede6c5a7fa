/**
 * Makes dist/ for a package (`npm pack` runs this): the compiled sources, the files that lie beside them, and the parser,
 * generated once here so that peggy stays a development dependency.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
compile()
copyWhatIsNotCompiled()
// The nearest package.json rules `#` imports: this one sends them to the compiled files and leaves the checkout's alone.
writeFileSync(
  join(dist, 'package.json'),
  `${JSON.stringify({ type: 'module', imports: { '#dsl/*.ts': './dsl/*.js', '#engine/*.ts': './engine/*.js' } }, null, 2)}\n`,
)
await generateParser()

function compile() {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const result = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  })
  if (result.status !== 0) throw new Error(`The sources do not compile: tsc ended with code ${result.status}`)
}

/** Grammars, schemas, generated pages, pages of the user interface: whatever is no TypeScript. */
function copyWhatIsNotCompiled() {
  for (const top of ['dsl', 'engine']) {
    cpSync(join(root, top), join(dist, top), { recursive: true, filter: (path) => extname(path) !== '.ts' })
  }
}

async function generateParser() {
  const loader = join(dist, 'dsl/grammar/load.js')
  if (!existsSync(loader)) return
  const { writeParser } = await import(pathToFileURL(loader).href)
  await writeParser(join(dist, 'dsl/grammar'))
}
