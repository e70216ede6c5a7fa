/**
 * The ways in which a request of tremor 0.11 hangs or is answered wrongly, as files an operator would write. A case: `*.yaml`, `*.trickle`,
 * what a client sends (`request.http`, several parted by `###`), what its upstream does (`upstream.txt`: an answer, `cut` before one
 * that breaks off, `refused` or `never`), and what the client gets (`response.http`); `upstream-got.http` is what the upstream was sent,
 * `log.txt` what stands in the log.
 * `ACCEPT=1` writes down what came out.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { check } from '#engine/check.ts'
import type { Clock } from '#engine/clock.ts'
import { createLog } from '#engine/log.ts'
import { heldSource, type Sent, type UpstreamCall } from '#engine/tools/fake-transport.ts'
import { handClock } from '#engine/tools/hand-clock.ts'
import { testWorld } from '../support/world.ts'

const root = fileURLToPath(new URL('./answers', import.meta.url))

describe('one answer, where tremor had none or the wrong one', () => {
  for (const name of readdirSync(root)) test(name.replaceAll('-', ' '), () => runCase(join(root, name)))
})

async function runCase(folder: string): Promise<void> {
  const { plan, findings } = await check([folder])
  assert.ok(plan !== undefined, findings.map((finding) => finding.message).join('\n'))
  const logged: string[] = []
  const log = createLog({ level: 'warn', format: 'json', clock: handClock(), write: (line) => logged.push(line) })
  const { engine, transport, clock } = testWorld({ log })
  transport.upstreams.set('upstream', (call) => act(call, read(folder, 'upstream.txt'), clock))
  if (read(folder, 'upstream.txt').startsWith('refused')) transport.upstreams.clear()
  await engine.apply(plan)
  const sent = read(folder, 'request.http')
    .split('\n###\n')
    .map((text) => transport.send(8080, parse(text)))
  clock.turn(60_000)
  expect(folder, 'response.http', sent.map(answerOf).join('\n###\n'))
  if (existsSync(join(folder, 'upstream-got.http')))
    expect(folder, 'upstream-got.http', transport.calls.map(callOf).join('\n###\n'))
  if (existsSync(join(folder, 'log.txt'))) expect(folder, 'log.txt', logged.join('').replaceAll(folder, ''))
  assert.equal(engine.status().inFlight, 0)
  assert.equal(await engine.stop(0), true)
}

function act(call: UpstreamCall, text: string, clock: Clock): void {
  const cut = text.startsWith('cut ')
  const [first, ...rest] = text.replace(/^cut /, '').split('\n')
  const status = Number(first)
  if (first === 'never') {
    const ms = call.request.firstByteMs
    if (ms > 0) clock.after(ms, () => call.fail({ kind: 'timeout', message: 'no answer', phase: 'wait' }))
    return
  }
  const { headers, body } = parts(rest.join('\n'))
  if (!cut) return call.answer(status, headers, body)
  const broken = heldSource(body.length + 10)
  call.answer(status, headers, broken)
  broken.push(body)
  broken.break()
}

function parse(text: string) {
  const [line, ...rest] = text.split('\n')
  const [method, target] = line!.split(' ') as [string, string]
  return { method, target, ...parts(rest.join('\n')) }
}

/** Header lines, an empty line, the body without its last line break. */
function parts(text: string): { headers: string[]; body: string } {
  const end = text.search(/^$/m)
  const head = end < 0 ? text : text.slice(0, end)
  const headers = head.split('\n').flatMap((line) => (line === '' ? [] : line.split(/: (.*)/, 2)))
  return { headers, body: end < 0 ? '' : text.slice(end + 1).replace(/\n$/, '') }
}

function answerOf({ answers }: Sent): string {
  assert.equal(answers.length, 1, `${answers.length} answers`)
  const { status, headers, body, whole } = answers[0]!
  return `${status}${whole ? '' : ', cut off'}\n${lines(headers)}\n${body}\n`
}

function callOf({ request, body }: UpstreamCall): string {
  return `${request.method} ${request.path}\n${lines(request.headers)}\n${body}\n`
}

function lines(headers: readonly string[]): string {
  return headers.map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\n`)).join('')
}

function read(folder: string, file: string): string {
  const path = join(folder, file)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

function expect(folder: string, file: string, text: string): void {
  if (process.env['ACCEPT'] === '1') writeFileSync(join(folder, file), text)
  else assert.equal(text, read(folder, file))
}
