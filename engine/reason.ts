/**
 * Why the engine answered a request itself. The codes are part of the interface: clients see them in `Temblor-Reason`,
 * operators in logs and metrics, and an onramp's `status:` may give each another status.
 */
export const reasons = {
  bad_request: {
    status: 400,
    rank: 8,
    when: 'the body cannot be preprocessed or decoded and `err` is not linked',
  },
  request_timeout: { status: 408, rank: 8, when: 'the request did not arrive in time' },
  body_too_large: {
    status: 413,
    rank: 8,
    when: 'a body that must be buffered is longer than the onramp allows',
  },
  headers_too_large: {
    status: 431,
    rank: 8,
    when: 'the head is longer or has more fields than the onramp allows',
  },
  no_route: { status: 404, rank: 1, when: 'every select filtered the event out' },
  dropped: { status: 500, rank: 2, when: 'a script dropped the event, or its port leads nowhere' },
  overflow: {
    status: 503,
    rank: 3,
    when: 'the event was discarded by backpressure, a rate limit or a full queue',
  },
  script_error: {
    status: 500,
    rank: 5,
    when: 'a script failed and its `err` port gave no answer of its own',
  },
  upstream_unreachable: {
    status: 502,
    rank: 4,
    when: 'the upstream could not be reached: connect, DNS, TLS',
  },
  upstream_reset: {
    status: 502,
    rank: 4,
    when: 'the upstream closed the connection before its answer was whole',
  },
  bad_upstream_response: {
    status: 502,
    rank: 4,
    when: 'the answer of the upstream is not HTTP, or cannot be decoded',
  },
  loop: {
    status: 508,
    rank: 4,
    when: 'the request came back to the offramp that had sent it, or its failures go round in a circle',
  },
  upstream_timeout: { status: 504, rank: 4, when: 'the time of the offramp ran out' },
  deadline: { status: 504, rank: 9, when: 'the time of the request ran out' },
  draining: { status: 503, rank: 7, when: 'the engine is shutting down' },
} as const

export type Reason = keyof typeof reasons
