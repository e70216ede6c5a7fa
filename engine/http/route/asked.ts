/** What rules ask of a request, wherever that stands: in `$request`, or in the request itself as long as nothing described it. */
import { isRecord, type Rec, type Value } from '#dsl/value.ts'

export interface Asked {
  readonly method: string
  /** As it was asked, without its port. */
  readonly host: string
  /** As it was asked, without query. */
  readonly path: string
  /** Without `?`. */
  readonly query: string
  /** The client's address. */
  readonly client: string
  /** The values of a header field; its name in lower case. */
  values(name: string): readonly string[]
}

/** Of `$request`, whatever a script made of it: what is not there, or is no text, is empty. */
export function askedBy(request: Value | undefined): Asked {
  return new DescribedRequest(request !== undefined && isRecord(request) ? request : nothing)
}

class DescribedRequest implements Asked {
  readonly #request: Rec

  constructor(request: Rec) {
    this.#request = request
  }

  get method(): string {
    return textIn(this.#request, 'method')
  }

  get host(): string {
    return textIn(this.#url, 'host')
  }

  get path(): string {
    return textIn(this.#url, 'path')
  }

  get query(): string {
    return textIn(this.#url, 'query')
  }

  get client(): string {
    return textIn(this.#request, 'client')
  }

  get #url(): Rec {
    const url = this.#request['url']
    return url !== undefined && isRecord(url) ? url : nothing
  }

  values(name: string): readonly string[] {
    const headers = this.#request['headers']
    if (headers === undefined || !isRecord(headers) || !Object.hasOwn(headers, name)) return []
    const value: Value = headers[name]!
    const values = Array.isArray(value) ? value : [value]
    return values.filter((each) => typeof each === 'string')
  }
}

function textIn(record: Rec, key: string): string {
  const value = Object.hasOwn(record, key) ? record[key] : undefined
  return typeof value === 'string' ? value : ''
}

const nothing: Rec = {}
