import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Flight, type FlightEnd } from '#engine/flight.ts'
import { handClock } from '#engine/tools/hand-clock.ts'
import { eventOf } from './marbles.ts'

function launch(startedMs = 0) {
  const said: string[] = []
  const end: FlightEnd = {
    reply: (event) => said.push(`reply ${event.payload.value}`),
    dead: (reason, message) => said.push(`${reason}: ${message}`),
  }
  return { said, flight: new Flight(end, startedMs) }
}

test('the first answer wins, later ones are counted and dropped', () => {
  const { said, flight } = launch()
  assert.equal(flight.answer(eventOf('one')), true)
  assert.equal(flight.answer(eventOf('two')), false)
  assert.deepEqual(said, ['reply one'])
  assert.equal(flight.late, 1)
})

test('when the last holder lets go unanswered, the engine answers at once', () => {
  const { said, flight } = launch()
  flight.hold()
  flight.release()
  assert.deepEqual(said, [])
  flight.release()
  assert.deepEqual(said, ['dropped: nothing in the pipeline answered'])
})

test('of several reasons the gravest is answered with, whatever their order', () => {
  for (const order of [
    ['no_route', 'overflow'],
    ['overflow', 'no_route'],
  ] as const) {
    const { said, flight } = launch()
    for (const reason of order) flight.note(reason, `because of ${reason}`)
    flight.release()
    assert.deepEqual(said, ['overflow: because of overflow'])
  }
})

test('the deadline answers a request that somebody still holds, and the late answer is dropped', () => {
  const clock = handClock()
  const { said, flight } = launch(clock.now())
  flight.arm(clock, 1000)
  clock.turn(999)
  assert.deepEqual(said, [])
  clock.turn(50)
  assert.deepEqual(said, ['deadline: no answer within 1000 ms'])
  assert.equal(flight.answer(eventOf('late')), false)
  flight.release()
  assert.equal(said.length, 1)
})

test('an answer stops the clock of the deadline', () => {
  const clock = handClock()
  const { said, flight } = launch(clock.now())
  flight.arm(clock, 1000)
  flight.answer(eventOf('in time'))
  clock.turn(5000)
  assert.deepEqual(said, ['reply in time'])
})

test('a client that left is answered nothing, and whatever is under way for it stops', () => {
  const { said, flight } = launch()
  const stopped: boolean[] = []
  flight.carry({ over: (gone) => stopped.push(gone) })
  flight.abandon()
  flight.release()
  assert.deepEqual(said, [])
  assert.deepEqual(stopped, [true])
})

test('once the answer is written, passengers learn that nobody left in anger', () => {
  const { flight } = launch()
  const stopped: boolean[] = []
  flight.carry({ over: (gone) => stopped.push(gone) })
  flight.answer(eventOf('fine'))
  assert.deepEqual(stopped, [])
  flight.over(false)
  flight.over(false)
  assert.deepEqual(stopped, [false])
})
