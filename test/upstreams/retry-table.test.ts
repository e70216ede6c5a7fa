/**
 * The table of `engine/docs/retries.md`, made by breaking connections. After a change that is meant:
 * `node --test --test-update-snapshots test/upstreams/retry-table.test.ts`
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { home } from '#engine/home.ts'
import { transports } from '../support/transports.ts'
import { type BreakingState, play, type Seen, type Sending, sendings, states } from './retry-table.ts'

for (const transport of [transports.own, transports.node]) {
  describe(`a connection that breaks, transport ${transport.name}`, () => {
    let rows: readonly Row[]

    before(async () => {
      rows = await Promise.all(
        states.map(async (state) => {
          const cells = sendings.map((sending) =>
            state.body && sending.octets === 0 ? null : play(transport, state, sending),
          )
          return { state, cells: await Promise.all(cells) }
        }),
      )
    })

    it('a POST whose bytes may have been seen is never sent twice', () => {
      for (const { state, cells } of rows)
        for (const [index, cell] of cells.entries())
          if (sendings[index]!.method === 'POST')
            assert.ok(cell === null || !(cell.seen && cell.again), `${state.name}: ${sendings[index]!.name}`)
    })

    it('a GET that got no octet of an answer is never failed while another upstream is well', () => {
      const unanswered = rows.filter(({ state }) => !state.says?.includes('\r\n\r\n'))
      for (const { state, cells } of unanswered) assert.equal(cells[0]?.result ?? '200', '200', state.name)
    })

    it('an answer that breaks off is never taken for whole', () => {
      for (const { state, cells } of rows)
        if (state.says?.includes('Content-Length: 9') || state.says?.includes('chunked'))
          for (const cell of cells) assert.equal(cell!.result, '200, cut', state.name)
    })

    // What is not HTTP, each transport calls by another name.
    if (transport.name === 'node') return
    it('is as the page says', (context) => {
      context.assert.fileSnapshot(pageOf(rows), join(home, 'engine/docs/retries.md'), {
        serializers: [String],
      })
    })
  })
}

interface Row {
  readonly state: BreakingState
  readonly cells: readonly (Seen | null)[]
}

function pageOf(rows: readonly Row[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    '# Which requests go out a second time',
    '',
    '<!-- Made by test/upstreams/retry-table.test.ts, which breaks a real connection in each state. Do not edit. -->',
    '',
    'A set of two upstreams: the first breaks the connection, the second is well. `retry.on` is `unreachable`, `reset`, `bad_response`; 64 KiB of a streamed body are held.',
    'A cell says what the client got and, where it was not sent again, why not.',
    '',
    line(['the connection', ...sendings.map(({ name }) => name)]),
    line(['---', ...sendings.map(() => '---')]),
    ...rows.map(({ state, cells }) =>
      line([state.name, ...cells.map((cell, index) => cellOf(cell, state, sendings[index]!))]),
    ),
    '',
    'Reasons, as in the log and in `temblor_upstream_retries_total`: `unsafe`: bytes may have been seen and the method is not idempotent; `body_gone`: the body was sent in part and is not held. Once an answer has begun, the client sees it cut.',
    '',
  ].join('\n')
}

function cellOf(cell: Seen | null, state: BreakingState, { method, octets }: Sending): string {
  if (cell === null) return ''
  if (state.race && (method === 'POST' || octets > 64 * 1024))
    return `again if nothing was sent, else no (\`${method === 'POST' ? 'unsafe' : 'body_gone'}\`)`
  if (cell.again) return `again: ${cell.result}`
  return `no: ${cell.decision === 'an answer had begun' ? cell.result : `${cell.result} (\`${cell.decision}\`)`}`
}
