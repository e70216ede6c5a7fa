/** The wheel keeps time with the machine; the clock turned by hand keeps time with the test. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { wheelClock } from '#engine/clock-wheel.ts'
import { handClock } from '#engine/tools/hand-clock.ts'

describe('the wheel', () => {
  it('fires in order of due time, never early and at most a tick or so late', async () => {
    const clock = wheelClock()
    const begun = performance.now()
    const fired: [number, number][] = []
    await new Promise<void>((resolve) => {
      for (const ms of [120, 40, 0, 80])
        clock.after(ms, () => {
          fired.push([ms, performance.now() - begun])
          if (ms === 120) resolve()
        })
    })
    assert.deepEqual(
      fired.map(([ms]) => ms),
      [0, 40, 80, 120],
    )
    for (const [ms, after] of fired) assert.ok(after >= ms, `${ms} ms fired after ${after}`)
    assert.equal(clock.pending, 0)
  })

  it('a cancelled timer does not fire, not even when cancelled by one of the same tick', async () => {
    const clock = wheelClock()
    const fired: string[] = []
    await new Promise<void>((resolve) => {
      const victims = [clock.after(1, () => fired.push('first'))]
      victims[0]!.cancel()
      clock.after(20, () => {
        fired.push('killer')
        for (const one of victims) one.cancel()
      })
      victims.push(clock.after(20, () => fired.push('second')))
      clock.after(40, resolve)
    })
    assert.ok(!fired.includes('first'))
    assert.ok(fired.includes('killer'))
    assert.equal(clock.pending, 0)
  })

  it('a timer set while another fires is kept', async () => {
    const clock = wheelClock()
    await new Promise<void>((resolve) => clock.after(1, () => clock.after(1, () => clock.after(20, resolve))))
  })

  it('timers further off than a turn of the wheel wait for their turn', async () => {
    const clock = wheelClock()
    let early = false
    // 1,024 slots of 16 ms: this one shares its slot with one that is due at once.
    clock.after(1024 * 16 + 20, () => {
      early = true
    })
    await new Promise<void>((resolve) => clock.after(50, resolve))
    assert.equal(early, false)
    assert.equal(clock.pending, 1)
    clock.close()
    assert.equal(clock.pending, 0)
  })

  it('the time stands still within a turn of the event loop and moves on after', async () => {
    const clock = wheelClock()
    const [now, wall] = [clock.now(), clock.wallNs()]
    const until = performance.now() + 5
    while (performance.now() < until);
    assert.deepEqual([clock.now(), clock.wallNs()], [now, wall])
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    assert.ok(clock.now() >= now + 5)
    assert.ok(clock.wallNs() > wall)
  })

  it('the wall clock is that of the machine', () => {
    const skew = Number(wheelClock().wallNs() / 1_000_000n) - Date.now()
    assert.ok(Math.abs(skew) < 10, `off by ${skew} ms`)
  })
})

describe('the clock turned by hand', () => {
  it('fires what falls due on the way, at its own time', () => {
    const clock = handClock()
    const begun = clock.now()
    const fired: number[] = []
    clock.after(20, () => fired.push(clock.now() - begun))
    clock.after(10, () => clock.after(5, () => fired.push(clock.now() - begun)))
    clock.after(31, () => fired.push(-1))
    clock.turn(30)
    assert.deepEqual(fired, [15, 20])
    assert.equal(clock.now() - begun, 30)
    assert.equal(clock.pending, 1)
  })

  it('the wall clock can step alone', () => {
    const clock = handClock()
    const [now, wall] = [clock.now(), clock.wallNs()]
    clock.stepWall(-3_600_000)
    assert.deepEqual([clock.now(), clock.wallNs()], [now, wall - 3_600_000_000_000n])
  })
})
