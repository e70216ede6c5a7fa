import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { decodeJson, encodeJson } from '#dsl/json.ts'
import type { Value } from '#dsl/value.ts'
import { type Event, EventId } from '#engine/event.ts'
import { Feed } from '#engine/feed.ts'
import { Flight } from '#engine/flight.ts'
import type { Insight } from '#engine/insight.ts'
import { silentLog } from '#engine/log.ts'
import { walOperator } from '#engine/operators/qos/wal.ts'
import { goBack } from '#engine/outlet.ts'
import type { At } from '#engine/port.ts'
import type { Signal } from '#engine/signal.ts'
import { handClock } from '#engine/tools/hand-clock.ts'
import { Journal } from '#engine/wal/journal.ts'
import { openJournal } from '#engine/wal/open.ts'
import { eventOf } from '../engine/marbles.ts'
import { LogDisk, type Unsynced } from './log-disk.ts'

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

interface Options {
  readonly read_count?: number
  readonly max_elements?: number
  readonly max_bytes?: number
  readonly segmentBytes?: number
  readonly overflow?: boolean
}

/** An operator over a log on this disk, or in memory. */
function walOn(disk: LogDisk | null, options: Options = {}) {
  const journal = new Journal(disk, { log: silentLog, segmentBytes: options.segmentBytes ?? 300 })
  const config = {
    read_count: options.read_count ?? 100,
    dir: undefined,
    max_elements: options.max_elements,
    max_bytes: options.max_bytes,
    flush_on_evnt: undefined,
  }
  const context = {
    address: '/pipeline/test/01',
    node: 'wal',
    clock: handClock(),
    log: silentLog,
    linked: (port: string) => port === 'out' || (options.overflow ?? false),
    uid: 7,
  }
  const operator = walOperator(config, context, { journal, enter() {}, leave: () => true })
  const events = new Feed<At<Event>>()
  const signals = new Feed<Signal>()
  const insights = new Feed<At<Insight>>()
  const it = {
    journal,
    /** Values told upwards, as `ack 1`. */
    told: [] as string[],
    /** What was told about this place. */
    place: [] as string[],
    sent: [] as Event[],
    overflowed: [] as Value[],
    /** What is below does with an event; by default it keeps it. */
    below: (event: Event): void => event.flight!.hold(),
    take(value: Value, flight: Flight | null = null) {
      const event = eventOf(value)
      event.flight = flight
      event.transactional = true
      event.trail = {
        node: { hear: (_, { kind }) => it.told.push(`${kind} ${value}`) },
        port: 'out',
        before: null,
      }
      events.next(['in', event])
    },
    tick: () => signals.next({ kind: 'tick', atNs: 0n }),
    insight: (kind: 'open' | 'close') => insights.next(['out', { kind, about: 'place', trail: null }]),
    /** What became of an event that was sent. */
    end(event: Event, kind: 'ack' | 'fail') {
      goBack(
        {
          node: { hear: (port, insight) => insights.next([port, insight]) },
          port: 'out',
          before: event.trail,
        },
        { kind, about: 'event', trail: null },
      )
      event.flight!.release()
    },
    values: () => it.sent.map((event) => event.payload.value),
    stop: () => subscription.unsubscribe(),
  }
  const subscription = operator.flow(events.stream).subscribe(([port, event]) => {
    if (port === 'overflow') return void it.overflowed.push(event.payload.value!)
    it.sent.push(event)
    it.below(event)
  })
  operator.signal!(signals.stream).subscribe()
  operator.contraflow!(insights.stream).subscribe((insight) => {
    if (insight.about === 'event') goBack(insight.trail, insight)
    else it.place.push(insight.kind)
  })
  return it
}

describe('what is stored', () => {
  test('is acknowledged once it is synced, and not before', async () => {
    const disk = new LogDisk()
    const wal = walOn(disk)
    await settled()
    disk.cutAt = disk.steps + 3
    wal.take(1)
    await settled()
    assert.deepEqual([wal.told, wal.values()], [[], []], 'made and written, not synced')
    const again = new LogDisk()
    const other = walOn(again)
    other.take(1)
    await settled()
    assert.deepEqual([other.told, other.values()], [['ack 1'], [1]])
  })

  test('is synced once for all that came together', async () => {
    const disk = new LogDisk()
    const wal = walOn(disk)
    await settled()
    for (let value = 0; value < 50; value++) wal.take(value)
    await settled()
    assert.equal(wal.told.length, 50)
    // A file, and two writes and syncs: the first event went ahead, the others followed together.
    assert.ok(disk.steps <= 5, `${disk.steps} steps`)
  })

  test('comes back whole: exact numbers, bytes, metadata, origin, the untouched body', async () => {
    const disk = new LogDisk()
    const first = walOn(disk)
    const event = eventOf(null)
    const value = {
      ...(decodeJson('{"a":[1.50,1e2,12345678901234567890],"__proto__":{"b":1}}') as object),
      bytes: Uint8Array.of(1, 2),
    } as Value
    first.take(value)
    await settled()
    const again = walOn(disk.restarted())
    await again.journal.work()
    again.tick()
    const [back] = again.sent
    assert.equal(encodeJson(back!.payload.value!), encodeJson(value))
    assert.deepEqual(
      [back!.meta, back!.ingestNs, back!.origin, back!.isBatch],
      [event.meta, event.ingestNs, null, false],
    )
    assert.deepEqual([back!.id, back!.transactional], [new EventId(7, 0, 0), true])
  })

  test('an event that nests too deep is refused and nothing else', async () => {
    const wal = walOn(new LogDisk())
    let deep: Value = 1
    for (let level = 0; level < 2000; level++) deep = [deep]
    wal.take(deep)
    wal.take(2)
    await settled()
    assert.deepEqual(wal.values(), [2])
    assert.match(wal.told[0]!, /^fail/)
  })
})

describe('what was sent', () => {
  test('is sent again when it failed, by the next event or tick, before newer ones', () => {
    const wal = walOn(null)
    wal.take(1)
    wal.take(2)
    wal.end(wal.sent[0]!, 'fail')
    assert.deepEqual(wal.values(), [1, 2], 'not within the call that failed')
    wal.take(3)
    assert.deepEqual(wal.values(), [1, 2, 1, 3])
  })

  test('is not sent again when it arrived, though an older one failed', () => {
    const wal = walOn(null)
    wal.take(1)
    wal.take(2)
    wal.end(wal.sent[1]!, 'ack')
    wal.end(wal.sent[0]!, 'fail')
    wal.tick()
    wal.tick()
    assert.deepEqual(wal.values(), [1, 2, 1])
  })

  test('is confirmed when nothing below wants it', () => {
    const wal = walOn(null)
    wal.below = () => {}
    wal.take(1)
    assert.equal(wal.journal.count, 0)
  })

  test('is sent again when it was discarded for want of room', () => {
    const wal = walOn(null)
    wal.below = (event) => event.flight!.note('overflow', 'full')
    wal.take(1)
    assert.equal(wal.journal.count, 1)
  })

  test('is confirmed by an answer, and by an ack that comes late', () => {
    const wal = walOn(null)
    wal.below = (event) => void event.flight!.answer(eventOf('answer'))
    wal.take(1)
    assert.equal(wal.journal.count, 0)
    wal.below = (event) => event.flight!.hold()
    wal.take(2)
    const [, late] = wal.sent
    wal.end(late!, 'fail')
    wal.end(late!, 'ack')
    wal.tick()
    assert.deepEqual([wal.values(), wal.journal.count], [[1, 2], 0])
  })

  test('goes out a few at a time', () => {
    const wal = walOn(null, { read_count: 2 })
    wal.insight('close')
    for (const value of [1, 2, 3, 4, 5]) wal.take(value)
    assert.deepEqual(wal.values(), [])
    wal.insight('open')
    assert.deepEqual(wal.values(), [1, 2])
    wal.tick()
    assert.deepEqual(wal.values(), [1, 2, 3, 4])
  })
})

describe('what comes back at once', () => {
  test('sets off no more than was asked for', () => {
    const wal = walOn(null, { read_count: 2 })
    wal.insight('close')
    for (const value of [1, 2, 3, 4, 5]) wal.take(value)
    wal.below = (event) => {
      event.flight!.hold()
      wal.end(event, 'ack')
      wal.insight('open')
    }
    wal.insight('open')
    assert.deepEqual(wal.values(), [1, 2])
  })

  test('and what comes back late, from an attempt before the last, sends nothing again', () => {
    const wal = walOn(null)
    wal.take(1)
    const [first] = wal.sent
    wal.end(first!, 'fail')
    wal.tick()
    wal.end(first!, 'fail')
    wal.tick()
    assert.deepEqual(wal.values(), [1, 1])
  })
})

describe('a request behind a log', () => {
  function requestOf() {
    const ends: string[] = []
    const flight = new Flight(
      { reply: (event) => ends.push(`reply ${event.payload.value}`), dead: (reason) => ends.push(reason) },
      0,
    )
    return { ends, flight }
  }

  test('is answered by what comes of its event', () => {
    const { ends, flight } = requestOf()
    const wal = walOn(null)
    wal.take(1, flight)
    flight.release()
    assert.deepEqual(ends, [])
    wal.sent[0]!.flight!.answer(eventOf('answer'))
    assert.deepEqual(ends, ['reply answer'])
  })

  test('hears at once when nothing came of it, and is not answered by a later attempt', () => {
    const { ends, flight } = requestOf()
    const wal = walOn(null)
    wal.take(1, flight)
    flight.release()
    const [first] = wal.sent
    first!.flight!.note('upstream_reset', 'gone')
    wal.end(first!, 'fail')
    assert.deepEqual(ends, ['upstream_reset'])
    wal.tick()
    wal.sent[1]!.flight!.answer(eventOf('late'))
    assert.deepEqual(ends, ['upstream_reset'])
    assert.equal(wal.journal.count, 0)
  })

  test('takes nothing away when its client goes: the event is delivered', () => {
    const { flight } = requestOf()
    const wal = walOn(null)
    const over: boolean[] = []
    wal.below = (event) => {
      event.flight!.hold()
      event.flight!.carry({ over: (gone) => over.push(gone) })
    }
    wal.take(1, flight)
    flight.abandon()
    assert.deepEqual([over, wal.sent[0]!.flight!.settled], [[], false])
  })

  test('that was never sent is answered when the log shuts down', () => {
    const { ends, flight } = requestOf()
    const wal = walOn(null)
    wal.insight('close')
    wal.take(1, flight)
    flight.release()
    wal.stop()
    assert.deepEqual(ends, ['draining'])
  })

  test('that is stored only after the log shut down is answered too', async () => {
    const { ends, flight } = requestOf()
    const disk = new LogDisk()
    const wal = walOn(disk)
    wal.take(1, flight)
    flight.release()
    wal.stop()
    assert.deepEqual(ends, [])
    await settled()
    assert.deepEqual([ends, wal.told], [['draining'], ['ack 1']])
    assert.deepEqual(await recovered(disk.restarted()), [1])
  })

  test('is refused with 503 when the log is full', () => {
    const { ends, flight } = requestOf()
    const wal = walOn(null, { max_elements: 1, overflow: true })
    wal.take(1)
    wal.take(2, flight)
    flight.release()
    assert.deepEqual([ends, wal.overflowed, wal.told], [['overflow'], [2], ['ack 1']])
  })
})

describe('limits', () => {
  test('a full log says it is closed, once, and open when there is room again', () => {
    const wal = walOn(null, { max_elements: 2 })
    wal.take(1)
    wal.take(2)
    wal.take(3)
    assert.deepEqual([wal.place, wal.told], [['close'], ['ack 1', 'ack 2', 'fail 3']])
    wal.end(wal.sent[0]!, 'ack')
    assert.deepEqual(wal.place, ['close', 'open'])
  })

  test('bytes count as they lie on the disk, and are given back', async () => {
    const disk = new LogDisk()
    const wal = walOn(disk, { max_bytes: 2000 })
    await settled()
    for (let value = 0; wal.place.length === 0 && value < 100; value++) {
      wal.take('x'.repeat(50))
      await settled()
    }
    assert.deepEqual(wal.place, ['close'])
    const onDisk = () => [...disk.files.values()].reduce((sum, { bytes }) => sum + bytes.length, 0)
    assert.equal(wal.journal.bytes, onDisk())
    for (const event of wal.sent) wal.end(event, 'ack')
    wal.tick()
    await settled()
    wal.tick()
    assert.deepEqual(wal.place, ['close', 'open'])
    assert.equal(wal.journal.bytes, onDisk())
    assert.ok(onDisk() < 600, `${onDisk()} bytes`)
  })

  test('one event that cannot be sent does not keep the files of all that came after it', async () => {
    const disk = new LogDisk()
    const wal = walOn(disk)
    await settled()
    wal.take('stuck')
    await settled()
    for (let value = 0; value < 200; value++) {
      wal.take(value)
      await settled()
      wal.end(wal.sent.at(-1)!, 'ack')
    }
    wal.tick()
    await settled()
    assert.ok(disk.files.size <= 5, `${disk.files.size} files`)
    const again = walOn(disk.restarted())
    await again.journal.work()
    again.tick()
    assert.ok(again.values().includes('stuck'))
    assert.ok(again.sent.length <= 2, 'and what the last write may have missed')
  })
})

describe('a disk that is full', () => {
  test('what is above hears it, nothing that was stored is lost, and the log recovers by itself', async () => {
    const disk = new LogDisk()
    const wal = walOn(disk, { read_count: 1 })
    await settled()
    wal.insight('close')
    wal.take(1)
    await settled()
    disk.failing = new Error('ENOSPC: no space left on device')
    wal.take(2)
    await settled()
    assert.deepEqual([wal.place, wal.told], [['close'], ['ack 1', 'fail 2']])
    wal.take(3)
    wal.tick()
    await settled()
    wal.insight('open')
    wal.end(wal.sent[0]!, 'ack')
    assert.deepEqual([wal.place, wal.values()], [['close'], [1]], 'what was stored can be read')
    const files = disk.files.size
    for (let at = 0; at < 5; at++) {
      wal.tick()
      await settled()
    }
    assert.equal(disk.files.size, files, 'trying leaves nothing behind')
    disk.failing = null
    wal.tick()
    await settled()
    wal.tick()
    assert.deepEqual(wal.place, ['close', 'open'])
    wal.take(4)
    await settled()
    assert.deepEqual(
      [wal.told, wal.values()],
      [
        ['ack 1', 'fail 2', 'fail 3', 'ack 4'],
        [1, 4],
      ],
    )
    const again = walOn(disk.restarted())
    await again.journal.work()
    again.tick()
    assert.deepEqual(again.values(), [4])
  })
})

test('what was confirmed while the disk was full is written down when it is not', async () => {
  const disk = new LogDisk('whole')
  const wal = walOn(disk, { segmentBytes: 10_000 })
  await settled()
  wal.take(1)
  wal.take(2)
  await settled()
  disk.failing = new Error('ENOSPC: no space left on device')
  wal.end(wal.sent[0]!, 'ack')
  wal.tick()
  await settled()
  disk.failing = null
  wal.tick()
  await settled()
  assert.deepEqual(await recovered(disk.restarted()), [2])
})

// ---- the power goes -------------------------------------------------------------------------------------------

type Move = 'take' | 'take three' | 'ack oldest' | 'ack newest' | 'fail oldest' | 'tick' | 'wait'
const someMoves = fc.array(
  fc.constantFrom<Move>(
    'take',
    'take',
    'take three',
    'ack oldest',
    'ack oldest',
    'ack newest',
    'fail oldest',
    'tick',
    'wait',
    'wait',
  ),
  { minLength: 10, maxLength: 25 },
)

/** Plays until the end or the cut; tells what was acknowledged upwards and what arrived below. */
async function play(disk: LogDisk, moves: readonly Move[], from = 0) {
  const wal = walOn(disk, { segmentBytes: 120 })
  const open: Event[] = []
  const arrived = new Set<number>()
  let next = from
  wal.below = (event) => {
    event.flight!.hold()
    open.push(event)
  }
  void wal.journal.work()
  await settled()
  wal.tick()
  for (const move of moves) {
    if (move === 'take') wal.take(next++)
    else if (move === 'take three') for (let count = 0; count < 3; count++) wal.take(next++)
    else if (move === 'tick') wal.tick()
    else if (move === 'wait') await settled()
    else {
      const event = move === 'ack newest' ? open.pop() : open.shift()
      if (event === undefined) continue
      if (move !== 'fail oldest') arrived.add(event.payload.value as number)
      wal.end(event, move === 'fail oldest' ? 'fail' : 'ack')
    }
  }
  await settled()
  const acked = wal.told.filter((told) => told.startsWith('ack')).map((told) => Number(told.slice(4)))
  return { wal, acked, arrived, next }
}

async function recovered(disk: LogDisk): Promise<number[]> {
  const wal = walOn(disk, { segmentBytes: 120, read_count: 1000 })
  await wal.journal.work()
  wal.tick()
  return wal.values() as number[]
}

/** Two lives and a look: whatever was acknowledged in one of them is found, or arrived. Tells how many places the first was cut at. */
async function survives(moves: readonly Move[], unsynced: Unsynced): Promise<number> {
  const whole = new LogDisk(unsynced)
  await play(whole, moves)
  for (let cut = 1; cut <= whole.steps; cut++) {
    for (const after of [false, true]) {
      const at = `cut ${after ? 'after' : 'before'} step ${cut}, unsynced bytes ${unsynced}`
      const disk = new LogDisk(unsynced)
      disk.cutAt = cut
      disk.cutAfter = after
      const first = await play(disk, moves)
      const found = await recovered(disk.restarted())
      holds(found, first, at)
      const second = disk.restarted()
      second.cutAt = 1 + ((cut * 7) % 11)
      const then = await play(second, moves.toReversed(), first.next)
      const acked = [...first.acked, ...then.acked]
      const arrived = first.arrived.union(then.arrived)
      holds(
        await recovered(second.restarted()),
        { acked, arrived, next: then.next },
        `second life after ${at}`,
      )
    }
  }
  return whole.steps
}

function holds(
  found: readonly number[],
  { acked, arrived, next }: { acked: readonly number[]; arrived: ReadonlySet<number>; next: number },
  at: string,
): void {
  assert.equal(new Set(found).size, found.length, `${at}: an event is there twice`)
  assert.deepEqual(
    [...found].sort((a, b) => a - b),
    found,
    `${at}: out of order`,
  )
  for (const value of found) assert.ok(value < next, `${at}: ${value} was never there`)
  for (const value of acked)
    assert.ok(found.includes(value) || arrived.has(value), `${at}: ${value} was acknowledged and is lost`)
}

describe('the power goes at every write', () => {
  for (const unsynced of ['lost', 'half', 'whole', 'zeros'] as const) {
    test(`with unsynced bytes ${unsynced}`, async () => {
      let cuts = 0
      await fc.assert(
        fc.asyncProperty(someMoves, async (moves) => {
          cuts += await survives(moves, unsynced)
        }),
        { numRuns: 40 },
      )
      assert.ok(cuts > 50, `${cuts} places`)
    })
  }

  test('what was confirmed and written down is not sent again', async () => {
    const disk = new LogDisk()
    const wal = walOn(disk)
    await settled()
    for (const value of [1, 2, 3]) wal.take(value)
    await settled()
    for (const event of wal.sent) wal.end(event, 'ack')
    await wal.journal.rest()
    const written = new LogDisk('whole')
    for (const [name, file] of disk.files) written.files.set(name, { ...file })
    assert.deepEqual(await recovered(written.restarted()), [])
  })

  test('while an old event moves to a new file', async () => {
    async function life(disk: LogDisk) {
      const wal = walOn(disk, { segmentBytes: 200 })
      await settled()
      wal.take('stuck')
      await settled()
      for (let value = 0; value < 40; value++) {
        wal.take(value)
        await settled()
      }
      for (const event of wal.sent.slice(1)) {
        wal.end(event, 'ack')
        wal.tick()
        await settled()
      }
      return wal
    }
    const whole = new LogDisk('lost')
    await life(whole)
    for (let cut = 4; cut <= whole.steps; cut++) {
      const disk = new LogDisk('lost')
      disk.cutAt = cut
      disk.cutAfter = true
      const { told } = await life(disk)
      if (told.length === 0) continue
      const again = walOn(disk.restarted())
      await again.journal.work()
      again.tick()
      assert.ok(again.values().includes('stuck'), `lost by a cut after step ${cut}`)
    }
  })

  test('and what comes after it is stored like anything else', async () => {
    const disk = new LogDisk()
    const first = walOn(disk)
    first.take(1)
    await settled()
    const again = walOn(disk.restarted())
    again.take(2)
    await settled()
    assert.deepEqual([again.told, again.values()], [['ack 2'], [1, 2]])
  })

  test('a record that was spoilt on the disk takes only itself and its file with it', async () => {
    const disk = new LogDisk()
    const wal = walOn(disk, { segmentBytes: 40 })
    await settled()
    for (let value = 0; value < 6; value++) {
      wal.take(value)
      await settled()
    }
    const names = [...disk.files.keys()]
    assert.ok(names.length >= 3)
    disk.files.get(names[0]!)!.bytes[10]! ^= 1
    const left = await recovered(disk.restarted())
    assert.ok(left.length > 0 && left.length < 6 && left.at(-1) === 5, left.join())
  })
})

describe('the folder', () => {
  const here = () => mkdtempSync(join(tmpdir(), 'temblor-wal-'))
  const options = (owner: string) => ({ owner, log: silentLog, segmentBytes: 65_536 })

  test('belongs to one operator; its next generation shares the journal; it is free when nobody is left', async () => {
    const dir = here()
    const first = openJournal(dir, options('/pipeline/a/01, operator "wal"'))
    first.enter()
    const heir = openJournal(dir, options('/pipeline/a/01, operator "wal"'))
    heir.enter()
    assert.equal(heir.journal, first.journal)
    assert.throws(
      () => openJournal(dir, options('/pipeline/a/02, operator "wal"')),
      /each needs a folder of its own/,
    )
    assert.equal(first.leave(), false)
    assert.equal(heir.leave(), true)
    await heir.journal.rest()
    await settled()
    assert.deepEqual(readdirSync(dir), [])
    rmSync(dir, { recursive: true })
  })

  test('of another process that runs is refused, of one that died taken over', async () => {
    const dir = here()
    writeFileSync(join(dir, 'lock'), String(process.ppid))
    assert.throws(() => openJournal(dir, options('a')), new RegExp(`process ${process.ppid} does`))
    writeFileSync(join(dir, 'lock'), '999999999')
    const use = openJournal(dir, options('a'))
    use.enter()
    use.leave()
    await use.journal.rest()
    await settled()
    rmSync(dir, { recursive: true })
  })

  test('that cannot be made is said before anything runs', () => {
    assert.throws(
      () => openJournal('/dev/null/wal', options('a')),
      /Cannot use the folder "\/dev\/null\/wal": ENOTDIR/,
    )
  })

  test('holds what was stored, on a real disk', async () => {
    const dir = here()
    const first = openJournal(dir, options('a'))
    first.enter()
    const stored = await new Promise((resolve) => {
      const { payload, meta, ingestNs, origin, isBatch } = eventOf('snot')
      first.journal.append({ payload, meta, ingestNs, origin, isBatch }, resolve)
    })
    assert.ok(stored)
    first.leave()
    await first.journal.rest()
    await settled()
    const again = openJournal(dir, options('a'))
    again.enter()
    await again.journal.work()
    assert.equal(again.journal.next()!.payload.value, 'snot')
    again.leave()
    await again.journal.rest()
    rmSync(dir, { recursive: true })
  })
})
