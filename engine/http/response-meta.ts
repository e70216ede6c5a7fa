import type { Rec, Value } from '#dsl/value.ts'
import { Described } from '../event.ts'
import { recordOf } from './kept.ts'
import type { HeaderList } from './transport.ts'

/** What was asked of an upstream, for those who look at its answer. */
export interface Question {
  /** `$response.request`: `{method, headers, endpoint}`. */
  describe(): Rec
  /** `$correlation` of the event that was sent. */
  readonly correlation: Value | undefined
}

/** `$response` as tremor's REST offramp gives it, `{status, headers, request}`. As long as nothing looks at it, it is the head as it came. */
export class ResponseMeta extends Described {
  readonly status: number
  readonly came: HeaderList
  readonly #question: Question

  constructor(status: number, came: HeaderList, question: Question) {
    super()
    this.status = status
    this.came = came
    this.#question = question
  }

  protected record(): Rec {
    const { correlation } = this.#question
    const response = {
      status: this.status,
      headers: recordOf(this.came),
      request: this.#question.describe(),
    }
    return correlation === undefined ? { response } : { correlation, response }
  }
}
