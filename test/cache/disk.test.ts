/** Answers on a disk: they outlive the process, stay within their bound, and what is not what was written was never there. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { cacheOf } from './world.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'temblor-cache-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const folder = () => join(root, 'offramp-test-01')
const files = () => readdirSync(folder()).sort()

/** A process: its memory is its own, the folder is everybody's. */
async function process(more: object = {}, disk: object = {}) {
  const world = cacheOf({ disk: { folder: root, ...disk }, ...more })
  await world.cache.open()
  return world
}

const lasting = { 'cache-control': 'max-age=600' }

describe('a cache on a disk', () => {
  it('outlives the process, ages as time goes by, and says hit', async () => {
    const first = await process()
    first.answering({ ...lasting, etag: '"1"' })
    first.ask({ path: '/a' })
    await first.cache.settled()
    first.cache.close()
    const second = await process()
    second.clock.turn(5000)
    const got = second.ask({ path: '/a' })
    assert.deepEqual([got.status, got.body, got.whole], [200, 'answer 1', true])
    assert.match(got.field('cache-status'), /^temblor; hit; ttl=595$/)
    assert.equal(got.field('age'), '5')
    assert.equal(second.calls.length, 0)
    assert.equal(second.ask({ path: '/a', headers: { 'if-none-match': '"1"' } }).status, 304)
  })

  it('is stale after a restart as before it', async () => {
    const first = await process()
    first.answering({ 'cache-control': 'max-age=1' })
    first.ask()
    await first.cache.settled()
    const second = await process()
    second.answering(lasting)
    second.clock.turn(2000)
    assert.equal(second.ask().field('cache-status'), 'temblor; fwd=stale; stored')
  })

  it('keeps what differs by Vary apart', async () => {
    const first = await process()
    first.answering({ ...lasting, vary: 'accept-language' })
    for (const language of ['de', 'fr']) first.ask({ headers: { 'accept-language': language } })
    await first.cache.settled()
    const second = await process()
    assert.equal(second.ask({ headers: { 'accept-language': 'fr' } }).body, 'answer 2')
    assert.equal(second.ask({ headers: { 'accept-language': 'de' } }).body, 'answer 1')
  })

  it('gives what memory had no room for', async () => {
    const world = await process({ max_bytes: 2000 })
    world.answering(lasting)
    for (let i = 0; i < 10; i++) world.ask({ path: `/${i}` })
    await world.cache.settled()
    assert.equal(world.ask({ path: '/0' }).body, 'answer 1')
    assert.equal(world.calls.length, 10)
  })

  it('has the newer of two answers for one request', async () => {
    const first = await process()
    first.answering({ 'cache-control': 'max-age=1' })
    first.ask()
    first.clock.turn(3000)
    first.ask()
    await first.cache.settled()
    assert.equal(files().length, 1)
    const second = await process()
    second.clock.turn(3000)
    assert.equal(second.ask().body, 'answer 2')
  })

  it('stays within its bound: the least recently used goes', async () => {
    const world = await process({}, { max_bytes: 3000 })
    world.answering(lasting)
    for (let i = 0; i < 20; i++) world.ask({ path: `/${i}` })
    await world.cache.settled()
    const octets = files().reduce((sum, name) => sum + statSync(join(folder(), name)).size, 0)
    assert.ok(octets <= 3000 && octets > 1000, String(octets))
    assert.equal(world.cache.status().disk!.bytes, octets)
    const next = await process({}, { max_bytes: 3000 })
    assert.equal(next.ask({ path: '/19' }).body, 'answer 20')
  })

  it('forgets what is purged, for those who come after as well', async () => {
    const first = await process()
    first.answering({ ...lasting, 'cache-tag': 'shop' })
    first.ask({ path: '/a' })
    first.ask({ path: '/b' })
    await first.cache.settled()
    assert.equal(first.cache.purgeUrl('/a'), 1)
    assert.equal(files().length, 1)
    const second = await process()
    assert.equal(second.cache.purgeTag('shop'), 1)
    assert.equal(files().length, 0)
  })

  it('forgets what was purged while it was being written', async () => {
    const world = await process()
    world.answering(lasting)
    world.ask()
    assert.equal(world.cache.purgeAll(), 1)
    await world.cache.settled()
    assert.deepEqual(files(), [])
  })

  it('is for the eyes of its user alone, and holds nothing of the request', async () => {
    const world = await process()
    world.answering({ 'cache-control': 'public, max-age=600' })
    world.ask({ headers: { authorization: 'Basic secret', cookie: 'session=secret' } })
    await world.cache.settled()
    assert.equal(statSync(folder()).mode & 0o777, 0o700)
    assert.equal(statSync(join(folder(), files()[0]!)).mode & 0o777, 0o600)
    assert.doesNotMatch(readFileSync(join(folder(), files()[0]!), 'latin1'), /secret/)
  })

  it('cannot start where there is no folder to be had', async () => {
    writeFileSync(join(root, 'taken'), '')
    await assert.rejects(process({}, { folder: join(root, 'taken') }), /ENOTDIR|EEXIST/)
  })
})

describe('a file that is not what was written is removed, and the upstream asked', () => {
  const damages: Readonly<Record<string, (path: string) => void>> = {
    'cut short': (path) => truncateSync(path, statSync(path).size - 1),
    'cut to nothing': (path) => truncateSync(path, 0),
    'an octet of its body changed': (path) => change(path, -1),
    'an octet of its head changed': (path) => change(path, 200),
    'longer than it was': (path) => writeFileSync(path, `${readFileSync(path, 'latin1')}x`, 'latin1'),
    'another kind of file': (path) => writeFileSync(path, 'hello\n'),
    'of another version': (path) =>
      writeFileSync(
        path,
        readFileSync(path, 'latin1').replace('temblor-cache-1', 'temblor-cache-9'),
        'latin1',
      ),
    'under the name of another': (path) => renameSync(path, path.replace(/\w{4}\.answer/, '0000.answer')),
    'left in the middle of a write': (path) => renameSync(path, `${path}.1.0.part`),
  }
  for (const [name, damage] of Object.entries(damages))
    it(name, async () => {
      const first = await process()
      first.answering(lasting)
      first.ask()
      await first.cache.settled()
      damage(join(folder(), files()[0]!))
      const second = await process()
      second.answering(lasting)
      assert.equal(second.ask().field('cache-status'), 'temblor; fwd=uri-miss; stored')
      await second.cache.settled()
      assert.equal(files().length, 1)
      const third = await process()
      assert.equal(third.ask().body, 'answer 1')
    })

  it('while the process runs', async () => {
    const world = await process({ max_bytes: 1 })
    world.answering(lasting)
    world.ask()
    await world.cache.settled()
    change(join(folder(), files()[0]!), -1)
    assert.equal(world.ask().body, 'answer 2')
  })
})

function change(path: string, at: number): void {
  const bytes = readFileSync(path)
  const index = at < 0 ? bytes.length + at : at
  bytes[index] = bytes[index]! ^ 1
  writeFileSync(path, bytes)
}
