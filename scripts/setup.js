/**
 * Makes a checkout ready: installs what package-lock.json names if that has not been done, and is silent otherwise.
 * Runs before `npm start`, `npm test` and `npm run ok`, on whatever Node (20 or newer) and npm the machine has; what it
 * installs includes the Node that everything else runs on.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const oldestNode = 24

if (!isInstalled()) {
  install()
  requireNode()
}

/**
 * Compares what is locked with what npm says it has installed; npm writes that file last, so an installation that was
 * interrupted does not count, and one made by hand does. Optional packages are those of other platforms.
 */
function isInstalled() {
  const record = join(modules, '.package-lock.json')
  if (!existsSync(record)) return false
  const installed = packagesIn(record)
  const locked = packagesIn(join(root, 'package-lock.json'))
  return Object.entries(locked).every(
    ([path, { integrity, optional }]) => path === '' || optional || installed[path]?.integrity === integrity,
  )
}

/** @returns {Record<string, { integrity?: string, optional?: boolean }>} */
function packagesIn(/** @type {string} */ lockfile) {
  return JSON.parse(readFileSync(lockfile, 'utf8')).packages
}

function install() {
  process.stderr.write(
    'Setting up: installing the packages that package-lock.json names (once, under a minute)\n',
  )
  // NODE_ENV=production would leave out the development packages, the pinned Node among them.
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const result = spawnSync('npm', args, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' })
  if (result.status === 0) return
  process.stderr.write(`${result.stdout ?? ''}${result.stderr ?? ''}`)
  process.stderr.write(
    `Setting up failed: "npm ci" ended with ${result.error?.message ?? `code ${result.status}`}\n`,
  )
  process.exit(1)
}

/** Where install scripts are switched off the pinned Node is missing; a machine whose own Node is new enough needs none. */
function requireNode() {
  const pinned = spawnSync(join(modules, '.bin', 'node'), ['--version'], { encoding: 'utf8' })
  const version = pinned.status === 0 ? pinned.stdout.trim() : process.version
  if (Number(version.slice(1).split('.')[0]) >= oldestNode) return
  process.stderr.write(
    `Setting up failed: Node ${version} is too old, ${oldestNode} is needed, and the package "node" brought none ` +
      '(if install scripts are switched off, try: npm ci --ignore-scripts=false)\n',
  )
  process.exit(1)
}
