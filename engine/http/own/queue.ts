/**
 * Requests that wait for a connection to one place, and get whichever comes first: one that another request has done with, or a new one. New ones
 * are begun a few in a turn of the event loop. Two hundred requests at once then share the connections of those that are answered meanwhile,
 * instead of making two hundred; where the upstream is slow, all are under way a few turns later, and making them took that long anyway.
 */
import type { Dialing } from '../dial.ts'
import type { ClientConnection } from './client-connection.ts'

const DIALS_A_TURN = 8

export interface Waiter {
  /** Makes a connection of its own, and goes on waiting. */
  dial(): void
  /** Has one. */
  run(connection: ClientConnection): void
}

export class Queue {
  /** Connections that were begun for requests which have got another by now. */
  readonly spare = new Set<Dialing>()
  /** In the order they came; those that have begun to dial, too. */
  private readonly waiting = new Set<Waiter>()
  private readonly undialed = new Set<Waiter>()
  private dials = 0
  private turning = false

  /** Waits for a connection. */
  join(waiter: Waiter): void {
    this.waiting.add(waiter)
    if (this.dials < DIALS_A_TURN) this.dial(waiter)
    else this.undialed.add(waiter)
  }

  /** Needs none any more. */
  leave(waiter: Waiter): void {
    this.waiting.delete(waiter)
    this.undialed.delete(waiter)
  }

  /** Gives a connection to who waits longest; false if nobody does. */
  give(connection: ClientConnection): boolean {
    if (this.waiting.size === 0) return false
    for (const waiter of this.waiting) {
      this.leave(waiter)
      waiter.run(connection)
      return true
    }
    return false
  }

  private dial(waiter: Waiter): void {
    this.dials++
    if (!this.turning) {
      this.turning = true
      setImmediate(() => this.nextTurn())
    }
    waiter.dial()
  }

  private nextTurn(): void {
    this.turning = false
    this.dials = 0
    for (const waiter of this.undialed) {
      if (this.dials === DIALS_A_TURN) return
      this.undialed.delete(waiter)
      this.dial(waiter)
    }
  }
}
