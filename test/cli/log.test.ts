import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { suite, test } from 'node:test'
import { createLog, type LogOptions } from '#engine/log.ts'
import { handClock } from '#engine/tools/hand-clock.ts'

function logged(options: Partial<LogOptions> = {}) {
  const lines: string[] = []
  const clock = handClock(1_700_000_000_000)
  const log = createLog({
    level: 'info',
    format: 'json',
    clock,
    write: (line) => void lines.push(line),
    ...options,
  })
  return { log, clock, lines, parsed: () => lines.map((line) => JSON.parse(line)) }
}

test('a line is one JSON object: time, level as a word, fields, text', () => {
  const { log, lines } = logged()
  log.info({ node: '/onramp/http_in/01', ms: 3 }, 'Listening')
  assert.deepEqual(lines, [
    '{"level":"info","time":"2023-11-14T22:13:20.000Z","node":"/onramp/http_in/01","ms":3,"msg":"Listening"}\n',
  ])
})

test('levels below the wanted one are not written', () => {
  const { log, lines } = logged({ level: 'warn' })
  log.info('no')
  log.warn('yes')
  assert.equal(lines.length, 1)
})

test('an error is written with its type, code and stack', () => {
  const { log, parsed } = logged()
  log.error({ err: Object.assign(new TypeError('no such host'), { code: 'ENOTFOUND' }) }, 'Failed')
  const { type, code, message, stack } = parsed()[0].err
  assert.deepEqual({ type, code, message }, { type: 'TypeError', code: 'ENOTFOUND', message: 'no such host' })
  assert.match(stack, /log\.test\.ts/)
})

suite('no secret reaches a line', () => {
  const secret = 'c4n4ry'
  const cases: Record<string, unknown>[] = [
    { authorization: `Bearer ${secret}` },
    {
      headers: {
        Cookie: `session=${secret}`,
        'Set-Cookie': [secret],
        'X-Api-Key': secret,
        'proxy-authorization': secret,
      },
    },
    { config: { auth: [{ password: secret }] } },
    { url: `http://user:${secret}@host/` },
    { target: `/login?user=me&token=${secret}&x=1` },
    { err: new Error(`connect to http://user:${secret}@host failed`) },
    { nested: { err: new Error(`GET /?api_key=${secret}`) } },
    { text: `sent Authorization: Bearer ${secret}-1234567` },
  ]
  for (const fields of cases) {
    for (const format of ['json', 'pretty'] as const) {
      test(`${format}: ${JSON.stringify(fields).slice(0, 60)}`, () => {
        const { log, lines } = logged({ format })
        log.error(fields, `see http://me:${secret}@host/?secret=${secret}`)
        log.child(fields).error('and by a child')
        assert.equal(lines.join('').includes(secret), false, lines.join(''))
      })
    }
  }

  test('what is no secret stays', () => {
    const { log, parsed } = logged()
    log.info({ target: '/a?page=2', note: 'Basic authentication failed', tokens: 3 }, 'x=1 key value')
    assert.deepEqual(
      [parsed()[0].target, parsed()[0].note, parsed()[0].tokens, parsed()[0].msg],
      ['/a?page=2', 'Basic authentication failed', 3, 'x=1 key value'],
    )
  })
})

suite('one entry is one line, whatever a client sends', () => {
  const nasty = 'a\nlevel=fatal\r\n\x1b[2Jb\x9bc'
  test('json', () => {
    const { log, lines } = logged()
    log.info({ target: nasty }, nasty)
    assert.equal(lines[0]!.trimEnd().split('\n').length, 1)
  })
  test('pretty', () => {
    const { log, lines } = logged({ format: 'pretty' })
    log.info({ target: nasty, node: '/onramp/a/1' }, nasty)
    assert.equal(
      lines[0],
      '22:13:20.000 info  a\\x0alevel=fatal\\x0d\\x0a\\x1b[2Jb\\x9bc  target="a\\\\x0alevel=fatal\\\\x0d\\\\x0a\\\\x1b[2Jb\\\\x9bc"  node=/onramp/a/1\n',
    )
  })
})

test('a warning that repeats is written once in ten seconds, and then with how many there were', () => {
  const { log, clock, parsed } = logged()
  for (let n = 0; n < 5; n++) log.warn({ node: '/offramp/a/1' }, 'Upstream failed')
  log.warn({ node: '/offramp/b/1' }, 'Upstream failed')
  log.info('Upstream failed')
  log.info('Upstream failed')
  clock.turn(10_000)
  log.warn({ node: '/offramp/a/1' }, 'Upstream failed')
  assert.deepEqual(
    parsed().map(({ level, node, suppressed }) => [level, node, suppressed]),
    [
      ['warn', '/offramp/a/1', undefined],
      ['warn', '/offramp/b/1', undefined],
      ['info', undefined, undefined],
      ['info', undefined, undefined],
      ['warn', '/offramp/a/1', 4],
    ],
  )
})

test('for a person, an error stands below its line, in colour if wanted', () => {
  const { log, lines } = logged({ format: 'pretty', colour: true })
  log.error({ report: 'line 1\n  line 2\n' }, 'Configuration is invalid')
  assert.equal(lines[0], '\x1b[31m22:13:20.000 error Configuration is invalid\x1b[0m\nline 1\n  line 2\n')
})

suite('a reader of stderr that fails costs lines, not the process', () => {
  const script = (body: string) => `
    const { createLog } = await import('${new URL('../../engine/log.ts', import.meta.url)}')
    const clock = { now: () => performance.now(), wallNs: () => 0n, after: () => ({ cancel() {} }), at: () => ({ cancel() {} }) }
    const log = createLog({ level: 'info', format: 'json', clock })
    const text = 'x'.repeat(10000)
    ${body}
    process.exit(0)`

  test('it goes away', async () => {
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        script(`
      for (let n = 0; n < 100; n++) { log.info(text); await new Promise(setImmediate) }
      process.stdout.write('alive')`),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    child.stderr.destroy()
    const ended = once(child, 'exit')
    const [said] = await once(child.stdout, 'data')
    assert.equal(said.toString(), 'alive')
    assert.deepEqual(await ended, [0, null])
  })

  test('it reads nothing', async () => {
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        script(`
      for (let n = 0; n < 1000; n++) { log.info(text); if (n % 100 === 0) await new Promise(setImmediate) }
      process.stdout.write('alive')
      await new Promise(() => setInterval(() => {}, 1000))`),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    const [said] = await once(child.stdout, 'data')
    assert.equal(said.toString(), 'alive')
    child.kill('SIGKILL')
    await once(child, 'exit')
  })

  test('it reads again: the log says how many lines it missed', async () => {
    const child = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        script(`
      for (let n = 0; n < 300; n++) log.info(text)
      process.stdout.write('said')
      await new Promise((resolve) => process.stdin.once('data', resolve))`),
      ],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    )
    await once(child.stdout, 'data')
    let lines: string[] = []
    let rest = ''
    for await (const chunk of child.stderr) {
      rest += chunk
      lines = rest.split('\n')
      if (rest.includes('dropped')) child.stdin.end('enough')
    }
    const parsed = lines.filter((line) => line !== '').map((line) => JSON.parse(line))
    const missed = parsed.filter(({ level }) => level === 'warn')
    assert.equal(missed.length, 1)
    assert.ok(missed[0].lines > 0)
    assert.equal(parsed.length - 1 + missed[0].lines, 300)
  })
})

suite('lines of a turn leave together, and none is left behind', () => {
  const ends: Record<string, string> = {
    'the process ends itself in that turn': 'process.exit(0)',
    'nobody catches an exception': 'throw new Error("nobody expects it")',
    'nothing is left to do': '',
  }
  for (const [name, end] of Object.entries(ends)) {
    for (const isShared of [false, true]) {
      test(`${name}${isShared ? ', beside others' : ''}`, async () => {
        const body = `
          const { createLog } = await import('${new URL('../../engine/log.ts', import.meta.url)}')
          const clock = { now: () => performance.now(), wallNs: () => 0n, after: () => ({ cancel() {} }), at: () => ({ cancel() {} }) }
          const log = createLog({ level: 'info', format: 'json', clock, isShared: ${isShared} })
          for (let n = 0; n < 10; n++) log.info({ n, pad: '€'.repeat(20) }, 'x')
          ${end}`
        const child = spawn(process.execPath, ['--input-type=module', '-e', body], {
          stdio: ['ignore', 'ignore', 'pipe'],
        })
        let said = ''
        for await (const chunk of child.stderr) said += chunk
        const numbers = said
          .split('\n')
          .filter((line) => line.startsWith('{"level"'))
          .map((line) => JSON.parse(line).n)
        assert.deepEqual(
          numbers,
          Array.from({ length: 10 }, (_, n) => n),
        )
      })
    }
  }

  test('an error does not wait for the end of the turn, and what was said before it neither', async () => {
    const body = `
      const { createLog } = await import('${new URL('../../engine/log.ts', import.meta.url)}')
      const clock = { now: () => performance.now(), wallNs: () => 0n, after: () => ({ cancel() {} }), at: () => ({ cancel() {} }) }
      const log = createLog({ level: 'info', format: 'json', clock })
      log.info('first')
      log.error('second')
      const until = performance.now() + 10_000
      while (performance.now() < until);`
    const child = spawn(process.execPath, ['--input-type=module', '-e', body], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const [said] = await once(child.stderr, 'data')
    child.kill('SIGKILL')
    assert.match(said.toString(), /first.*\n.*second/)
    await once(child, 'exit')
  })
})
