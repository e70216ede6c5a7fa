/** What the parent read is what each worker reads, whatever happens on the disk in between. */
import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { disk } from '#engine/binding/files.ts'
import { recording, replaying } from '#engine/binding/recorded-files.ts'
import { check } from '#engine/check.ts'
import { warnOfStranded } from '#engine/cli/stranded.ts'
import { silentLog } from '#engine/log.ts'
import { perWorker } from '#engine/workers/per-worker.ts'
import { folder } from '../gateways/support.ts'

const files = folder({
  'a.yaml': 'onramp: [{ id: front, type: rest, linked: true, config: { port: 0 } }]\n',
  'queue.trickle': `define qos::wal operator keep with dir = "log", max_elements = 10, read_count = 10 end;
create operator keep;
select event from in into keep;
select event from keep into out;
`,
  'b.yaml': `offramp: [{ id: up, type: rest, linked: true, config: { endpoints: ["http://127.0.0.1:1"], cache: {} } }]
binding:
  - id: main
    links:
      "/onramp/front/{instance}/out": ["/pipeline/queue/{instance}/in"]
      "/pipeline/queue/{instance}/out": ["/offramp/up/{instance}/in"]
      "/offramp/up/{instance}/out": ["/pipeline/system::passthrough/{instance}/in"]
      "/pipeline/system::passthrough/{instance}/out": ["/onramp/front/{instance}/in"]
mapping: { /binding/main/01: { instance: "01" } }
`,
})
after(() => files.remove())

test('a folder that is edited after it was read is what it was', async () => {
  const { files: recorded, reading } = recording(disk, { paths: [files.path] })
  const first = await check([files.path], { files: recorded })
  assert.notEqual(first.plan, undefined, JSON.stringify(first.findings))
  // As it goes from process to process.
  const sent = JSON.parse(JSON.stringify(reading))
  rmSync(join(files.path, 'b.yaml'))
  writeFileSync(join(files.path, 'a.yaml'), 'onramps: []\n')
  writeFileSync(join(files.path, 'c.yaml'), 'onramps: []\n')
  const again = await check(sent.paths, { files: replaying(sent) })
  const forms = (plan = first.plan!) =>
    [...plan.onramps, ...plan.pipelines, ...plan.offramps].map(({ address, form }) => [address, form])
  assert.deepEqual(forms(again.plan), forms())

  assert.deepEqual(perWorker(first.plan!), [
    'cached answers, also the folder of those on a disk; a purge reaches all: /offramp/up/01',
    'turns, health and circuits of endpoints: /offramp/up/01',
    'the limit "concurrency", which holds for each: /offramp/up/01',
    'stored events; under "dir" in a folder for each, worker-1 and so on: /pipeline/queue/01 "keep"',
  ])
})

test('events in logs of workers that there are not any more are told of', () => {
  const dir = join(files.path, 'wal')
  for (const name of ['', 'worker-1', 'worker-3']) {
    mkdirSync(join(dir, name), { recursive: true })
    writeFileSync(join(dir, name, '0000000001.wal'), 'x')
  }
  const node = { kind: 'operator', operator: 'qos::wal', params: { dir } }
  const plan = { pipelines: [{ graph: { nodes: [node] } }] }
  const told = (workers: number) => {
    const found: unknown[] = []
    const warn = (fields: unknown, text: unknown) =>
      void found.push([
        (fields as { folder: string }).folder.slice(dir.length),
        String(text).replace(/.*: /, ''),
      ])
    warnOfStranded(plan as never, { workers, log: { ...silentLog, warn: warn as never } })
    return found
  }
  assert.deepEqual(told(1), [
    ['/worker-1', 'run once with --workers 1 or more to send them'],
    ['/worker-3', 'run once with --workers 3 or more to send them'],
  ])
  assert.deepEqual(told(2), [
    ['', 'run once without --workers to send them'],
    ['/worker-3', 'run once with --workers 3 or more to send them'],
  ])
  assert.deepEqual(told(3), [['', 'run once without --workers to send them']])
})
