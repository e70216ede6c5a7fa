import { Observable, type Subscriber } from 'rxjs'

/**
 * The head of a stream that the engine pushes into. As a Subject, for the one case that matters on the request path:
 * one subscriber, who never comes or goes while events flow, and whose exceptions reach the caller.
 */
export class Feed<T> {
  readonly stream: Observable<T>
  #only: Subscriber<T> | null = null
  #others: Subscriber<T>[] = []

  constructor() {
    this.stream = new Observable((subscriber) => {
      if (this.#only === null) this.#only = subscriber
      else this.#others = [...this.#others, subscriber]
      return () => {
        if (this.#only === subscriber) this.#only = this.#others.shift() ?? null
        else this.#others = this.#others.filter((other) => other !== subscriber)
      }
    })
  }

  next(value: T): void {
    if (this.#only !== null) this.#only.next(value)
    if (this.#others.length > 0) for (const other of this.#others) other.next(value)
  }

  get watched(): boolean {
    return this.#only !== null
  }
}
