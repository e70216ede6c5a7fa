import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { disk } from '#engine/binding/files.ts'
import { expandRoutes } from '#engine/binding/route.ts'
import { check } from '#engine/check.ts'
import { home } from '#engine/home.ts'

const folder = join(home, 'test/cases/bindings/route-written-short')
const path = join(folder, 'proxy.yaml')

test('a route written out is the same plan', async () => {
  const long = expandRoutes({ name: path, text: readFileSync(path, 'utf8') })
  assert.doesNotMatch(long, /^route:/m)
  const short = await check([folder])
  const expanded = await check([folder], {
    files: { ...disk, read: (name) => (name === path ? long : disk.read(name)) },
  })
  const links = (it: typeof short) =>
    it.plan!.links.map(({ from, to }) => [from.address, from.port, to.address, to.port].join(' ')).sort()
  assert.deepEqual(links(expanded), links(short))
})

test('comments and everything else in the file stay as they are', () => {
  const text =
    '# mine\nonramp:\n  - id: a # the front\nroute:\n  - { id: r, from: a, request: p, to: b }\nmapping:\n  /binding/x/01: {}\n'
  const long = expandRoutes({ name: 'a.yaml', text })
  assert.match(long, /^# mine\nonramp:\n {2}- id: a # the front\n/)
  assert.match(long, /\/binding\/x\/01: \{\}\n {2}\/binding\/r\/01:\n {4}instance: r\n/)
})

test('a file without routes stays byte for byte', () => {
  const text = 'onramp:   [ ]   # odd\n'
  assert.equal(expandRoutes({ name: 'a.yaml', text }), text)
})

test('a route with rules stays as it is, and what it stands for is told below, whole', async () => {
  const text = `onramp:
  - { id: a, type: rest, linked: true }
  - { id: d, type: rest, linked: true, config: { port: 8001 } }
offramp:
  - { id: b, type: rest, linked: true, config: { endpoint: "http://b" } }
  - { id: c, type: rest, linked: true, config: { endpoint: "http://c" } }
route:
  - id: r
    from: a
    rules: [{ host: "*.shop", path: /x/*, to: b }] # mine
    to: c
  - { id: s, from: d, request: "system::passthrough", to: c }
`
  const long = expandRoutes({ name: 'a.yaml', text })
  assert.match(long, /rules: \[ ?\{ host: "\*\.shop", path: \/x\/\*, to: b \} ?\] # mine\n/)
  assert.match(long, /^binding:\n {2}- id: s\n/m)
  assert.match(long, /\n# {3}\/onramp\/a\/r\/out -> \/pipeline\/route::r\/r\/in\n/)
  assert.match(long, /\n# {3}\/pipeline\/route::r\/r\/to2 -> \/offramp\/c\/r\/in\n/)
  assert.match(
    long,
    /\n# {5}rules = \[\{"host": "\*\.shop", "path": "\/x\/\*", "to": "to1"\}, \{"to": "to2"\}\]\n/,
  )
  const files = (content: string) => ({ ...disk, read: () => content, isDirectory: () => false })
  const short = await check(['a.yaml'], { files: files(text) })
  const expanded = await check(['a.yaml'], { files: files(long) })
  const links = (it: typeof short) =>
    it.plan!.links.map(({ from, to }) => [from.address, from.port, to.address, to.port].join(' ')).sort()
  assert.deepEqual(links(expanded), links(short))
})

test('a route that says nothing but from where to where passes path and query on', () => {
  const long = expandRoutes({ name: 'a.yaml', text: 'route:\n  - { id: r, from: a, to: b }\n' })
  assert.match(long, /\n# {3}\/onramp\/a\/r\/out -> \/pipeline\/route::r\/r\/in\n/)
  assert.match(long, /\n# {3}\/pipeline\/route::r\/r\/to1 -> \/offramp\/b\/r\/in\n/)
  assert.match(long, /\n# {3}select event from forward into out\/to1;\n/)
  assert.doesNotMatch(long, /http::route/)
})

test('a pipeline on both ways is two instances, and no request comes back as its own answer', () => {
  const text = 'route:\n  - { id: r, from: a, to: b, request: p, response: p }\n'
  const long = expandRoutes({ name: 'a.yaml', text })
  assert.match(long, /\/pipeline\/p\/\{instance\}\/out:\n\s+- \/offramp\/b\/\{instance\}\/in\n/)
  assert.match(long, /\/offramp\/b\/\{instance\}\/out:\n\s+- \/pipeline\/p\/\{instance\}-response\/in\n/)
  assert.match(long, /\/pipeline\/p\/\{instance\}-response\/out:\n\s+- \/onramp\/a\/\{instance\}\/in\n/)
})
