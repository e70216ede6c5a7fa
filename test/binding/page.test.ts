// The printed configuration and pipelines, word for word: `check` has nothing to say but what an operator should know.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { before, describe, test } from 'node:test'
import { positionAt } from '#dsl/source.ts'
import { check } from '#engine/check.ts'
import { home } from '#engine/home.ts'

const page = resolve(process.env['SEED_PAGE'] ?? join(home, '..', 'shared', 'seeds', 'page'))

// The files belong to somebody else and do not come with a clone; where tests decide over a release they must be there.
if (existsSync(page) || process.env['CI'] === 'true') {
  describe('the page, word for word', () => {
    let checked: Awaited<ReturnType<typeof check>>
    before(async () => {
      checked = await check([page], { env: {} })
    })

    test('has warnings only, each for a reason that stands in it', () => {
      const found = checked.findings.map(({ severity, code, labels: [{ span }], message }) => {
        const { line } = positionAt(span.source, span.start)
        return `${span.source.name.slice(page.length + 1)}:${line} ${severity} ${code} ${message}`
      })
      const overflow = (bp: string) =>
        `The port "overflow" of the operator "${bp}" leads nowhere: while it backs off it counts as a closed branch, which a round robin passes over; an event discarded all the same is answered 503 (overflow)`
      const slash = 'The address "onramp/http_in/{instance}/in" has no leading slash'
      const expected = [
        'config.yaml:2 warning W0724 The port "err" of the onramp "http_in" leads nowhere: a body that cannot be decoded is answered 400 (bad_request)',
        'config.yaml:54 warning W0721 No file defines the pipeline "internal_error_processing": the built-in one is used',
        `config.yaml:57 warning W0612 ${slash}`,
        `config.yaml:58 warning W0612 ${slash}`,
        `request_handling.trickle:39 warning W0724 ${overflow('bp01')}`,
        `request_handling.trickle:40 warning W0724 ${overflow('bp02')}`,
        `request_handling.trickle:41 warning W0724 ${overflow('bp03')}`,
      ]
      assert.deepEqual(
        found.filter((line) => !line.includes(' W0101 ')),
        expected,
      )
      assert.deepEqual(
        found.filter((line) => line.includes(' W0101 ')).map((line) => line.split(' ', 2).join(' ')),
        ['request_handling.trickle:7 warning'],
      )
    })

    test('is planned as it is drawn: one onramp, three pipelines, three offramps, fifteen links', () => {
      const { onramps, offramps, pipelines, links } = checked.plan!
      assert.deepEqual(
        onramps.map(({ address, type, linked }) => [address, type, linked]),
        [['/onramp/http_in/01', 'rest', true]],
      )
      assert.deepEqual(
        offramps.map(({ address }) => address),
        ['/offramp/upstream01/01', '/offramp/upstream02/01', '/offramp/upstream03/01'],
      )
      assert.deepEqual(
        pipelines.map(({ address }) => address),
        [
          '/pipeline/request_handling/01',
          '/pipeline/response_handling/01',
          '/pipeline/internal_error_processing/01',
        ],
      )
      assert.equal(links.length, 15)
    })

    test('the fixes of its findings leave only what no edit can mend', async () => {
      const { applyFixes } = await import('#engine/cli/fix.ts')
      const { disk } = await import('#engine/binding/files.ts')
      const { texts, mended } = applyFixes(checked.findings)
      assert.equal(mended, 3)
      const read = (path: string) => texts.get(path) ?? disk.read(path)
      const { findings } = await check([page], { env: {}, files: { ...disk, read } })
      assert.deepEqual([...new Set(findings.map(({ code }) => code))].sort(), ['W0721', 'W0724'])
    })
  })
}
