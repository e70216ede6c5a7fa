/** Tables of cases: what a client asks, what the upstream sees and says, what the client gets; each over every transport. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { TransportName } from '#engine/http/transports.ts'
import { dial } from '../http/rig.ts'
import { transports } from '../support/transports.ts'
import { answer, cut, field, type Message, request, statusOf } from './message.ts'
import { type Shape, type Stand, stand, upstream } from './stand.ts'

export interface Case extends Shape {
  /** `POST /a?b | X-One: 1`; the rest of the head is added. */
  readonly ask: string
  readonly body?: string
  /** The upstream's answer, `201 | Set-Cookie: a`; absent: `200` with no content. */
  readonly says?: string
  readonly saysBody?: string
  /** What the upstream sees: the request line, fields that are there, `!name` for those that are not. null: it is not asked. */
  readonly sees?: readonly string[] | null
  readonly seesBody?: string
  /** What the client gets: the status, then fields. */
  readonly gets: readonly [number, ...string[]]
  readonly getsBody?: string | RegExp
  /** Over one transport only, for the reason given. */
  readonly not?: Partial<Record<TransportName, string>>
}

export function table(title: string, cases: Readonly<Record<string, Case>>): void {
  for (const transport of [transports.own, transports.node])
    describe(`${title}, over ${transport.name}`, () => {
      for (const [name, each] of Object.entries(cases))
        if (each.not?.[transport.name] === undefined) test(name, () => run(each, transport.name))
    })
}

async function run(each: Case, name: TransportName): Promise<void> {
  const bodyless = each.ask.startsWith('HEAD ')
  const source = await upstream(
    answer(each.says ?? '200', bodyless ? '' : each.saysBody).replace(
      /Content-Length: 0(?=\r\n)/,
      bodyless && each.saysBody !== undefined ? `Content-Length: ${each.saysBody.length}` : '$&',
    ),
  )
  let proxy: Stand | undefined
  try {
    proxy = await stand(each, { transport: transports[name], upstream: source.port })
    const got = await converse(proxy.port, request(each.ask, each.body), bodyless)
    compare('the client gets', got, [`HTTP/1.1 ${each.gets[0]} `, ...(each.gets.slice(1) as string[])])
    if (typeof each.getsBody === 'string') assert.equal(got.body, each.getsBody)
    else if (each.getsBody !== undefined) assert.match(got.body, each.getsBody)
    if (each.sees === null) assert.equal(source.requests.length, 0, 'the upstream was asked')
    else if (each.sees !== undefined || each.seesBody !== undefined) {
      const [seen] = source.requests
      assert.ok(seen !== undefined, 'the upstream was not asked')
      compare('the upstream sees', seen, each.sees ?? [])
      if (each.seesBody !== undefined) assert.equal(seen.body, each.seesBody)
    }
  } finally {
    await proxy?.close()
    source.close()
  }
}

/** Sends one request and reads its one final answer. */
export async function converse(port: number, text: string, bodyless = false): Promise<Message> {
  const client = await dial(port)
  const read = () => final(client.received, { bodyless, closed: client.closed })
  client.write(text)
  await client.until(() => read() !== undefined)
  client.socket.destroy()
  const message = read()
  assert.ok(message !== undefined, `no whole answer: ${JSON.stringify(client.received.slice(0, 500))}`)
  return message
}

/** The first answer that is not interim. */
export function final(text: string, how: { bodyless?: boolean; closed?: boolean } = {}): Message | undefined {
  for (let found = cut(text, how); found !== undefined; found = cut(found.rest, how))
    if (statusOf(found.message) >= 200) return found.message
  return undefined
}

/** `GET /a HTTP/1.1` begins the start line; `name: value` is a field; `name: a + b` two in order; `!name` is absent. */
function compare(who: string, message: Message, expected: readonly string[]): void {
  const shown = `${who}:\n${message.start}\n${message.fields.map((each) => each.join(': ')).join('\n')}`
  for (const line of expected) {
    const named = /^(!?)([A-Za-z0-9_-]+)(?:: (.*))?$/s.exec(line)
    if (named === null) {
      assert.ok(message.start.startsWith(line), `expected "${line}"; ${shown}`)
      continue
    }
    const [, not, name, value] = named as unknown as [string, string, string, string | undefined]
    const values = message.fields.filter(([each]) => each === name.toLowerCase()).map(([, value]) => value)
    if (not === '!') assert.deepEqual(values, [], `expected no ${name}; ${shown}`)
    else if (value === undefined) assert.ok(values.length > 0, `expected ${name}; ${shown}`)
    else assert.deepEqual(values, value.split(' + '), shown)
  }
}

export { field }
