/** What an operator may write about a set, and what is said of what makes no sense. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { check } from '#engine/check.ts'

const links = 'route: [{ id: r, from: front, to: up }]'

async function complaintsOf(config: string): Promise<readonly string[]> {
  const yaml = `
onramp: [{ id: front, type: rest, linked: true }]
offramp:
  - id: up
    type: rest
    linked: true
    config: ${config}
${links}
`
  const files = { read: () => yaml, list: () => [], isDirectory: () => false, stdin: () => '' }
  const { findings } = await check(['up.yaml'], { files, env: {} })
  return findings.map(({ message, help }) => (help === undefined ? message : `${message}. ${help}`))
}

const two = 'endpoints: ["http://a", "http://b"]'

describe('what is accepted', () => {
  for (const config of [
    '{ endpoint: "http://a" }',
    '{ endpoint: "http://a", retry: {}, health: { active: { path: /health } } }',
    `{ ${two} }`,
    `{ ${two}, balance: least_requests, hedge: { after: 50ms } }`,
    `{ ${two}, balance: { by: hash, hash: { cookie: sid } } }`,
    `{ ${two}, balance: { by: weighted, sticky: {}, slow_start: 30s }, retry: { on: [unreachable, 503] } }`,
    '{ endpoints: [{ url: "http://a", weight: 95 }, { url: "http://b", weight: 5 }], cache: { max_freshness: 60s } }',
  ])
    it(config, async () => assert.deepEqual(await complaintsOf(config), []))
})

describe('what is not', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['{ method: GET }', /needs "endpoint", one place, or "endpoints", a list of places/],
    [`{ endpoint: "http://a", ${two} }`, /has both "endpoint" and "endpoints": keep one of them/],
    [
      '{ endpoint: "http://a", balance: weighted }',
      /has "balance", which chooses among "endpoints", but has none/,
    ],
    ['{ endpoints: [] }', /needs at least 1 item, found 0/],
    ['{ endpoints: ["a:80"] }', /must be a URL that begins with http:\/\/ or https:\/\//],
    ['{ endpoints: [{ url: "http://a", weight: 0 }] }', /has only endpoints of weight 0/],
    [`{ ${two}, balance: round_robbin }`, /Did you mean "round_robin"\?/],
    [`{ ${two}, balance: hash }`, /has "balance: hash" without a key/],
    [
      `{ ${two}, balance: { by: hash } }`,
      /needs exactly one of "header", "cookie", "meta" and "address" in "balance.hash", found 0/,
    ],
    [
      `{ ${two}, balance: { hash: { header: x } } }`,
      /has "balance.hash", which only "by: hash" reads, but goes by "round_robin"/,
    ],
    [
      `{ ${two}, retry: { on: [6xx] } }`,
      /must be "unreachable", "reset", "timeout", "bad_response" or a status/,
    ],
    [`{ ${two}, retry: { attemps: 2 } }`, /Did you mean "attempts"\?/],
    [`{ ${two}, hedge: {} }`, /"hedge.after" of the config of offramp "up" is missing/],
    [`{ ${two}, cache: { max_bytse: 1MiB } }`, /Did you mean "max_bytes"\?/],
  ]
  for (const [config, complaint] of cases)
    it(config, async () => {
      const complaints = await complaintsOf(config)
      assert.ok(
        complaints.some((each) => complaint.test(each)),
        complaints.join('\n') || 'nothing is said',
      )
    })
})

describe('rules of a route', () => {
  async function ofRoute(route: string): Promise<readonly string[]> {
    const yaml = `
onramp: [{ id: front, type: rest, linked: true }]
offramp:
  - { id: a, type: rest, linked: true, config: { endpoint: "http://a" } }
  - { id: b, type: rest, linked: true, config: { endpoint: "http://b" } }
route: [${route}]
`
    const files = { read: () => yaml, list: () => [], isDirectory: () => false, stdin: () => '' }
    const { findings } = await check(['r.yaml'], { files, env: {} })
    return findings.map(({ message, help }) => (help === undefined ? message : `${message}. ${help}`))
  }

  it('lead to offramps, and what none fits to another', async () => {
    const route =
      '{ id: r, from: front, to: b, rules: [{ path: "/a{x}/*", header: { "x-{y}": "1" }, to: a }] }'
    assert.deepEqual(await ofRoute(route), [])
  })

  const cases: readonly (readonly [string, RegExp])[] = [
    ['{ id: r, from: front }', /route "r" needs "to", an offramp, or "rules"/],
    [
      '{ id: r, from: front, to: { x: a }, rules: [{ to: b }] }',
      /then "to" is one offramp, for what no rule fits/,
    ],
    ['{ id: r, from: front, rules: [{ to: c }, { to: b }] }', /There is no offramp "c"/],
    ['{ id: r, from: front, rules: [{ hots: x, to: a }, { to: b }] }', /Did you mean "host"\?/],
    ['{ id: r, from: front, rules: [{ path: x, to: a }, { to: b }] }', /must begin with "\/" or "\*"/],
  ]
  for (const [route, complaint] of cases)
    it(route, async () => {
      const complaints = await ofRoute(route)
      assert.ok(
        complaints.some((each) => complaint.test(each)),
        complaints.join('\n') || 'nothing is said',
      )
    })
})
