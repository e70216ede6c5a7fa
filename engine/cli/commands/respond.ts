import { defineCommand, toggle, value } from '../command.ts'
import { CommandFailure, exit, UsageError } from '../exit.ts'
import { readDelay, readListen } from '../listen.ts'
import type { Terminal } from '../terminal.ts'

export default defineCommand({
  summary: 'Run the embedded upstream, which answers as httpbin does',
  details:
    'Every answer says what the server saw: /anything shows the whole request as JSON, /status/503 answers with that ' +
    'status, /delay/2 waits, /bytes/1000000 sends bytes. / lists all.',
  flags: {
    listen: value('ADDR', 'Where to listen; a range opens several', {
      short: 'l',
      default: '127.0.0.1:9001',
    }),
    name: value('NAME', 'What the Server header says, numbered if there are several', {
      default: 'webserver',
    }),
    status: value('CODE', 'Answer everything with this status'),
    body: value('TEXT', 'Answer everything with this body'),
    delay: value('TIME', 'Wait before every answer: 250ms, 2s'),
    'fail-rate': value('RATE', 'Answer so many requests with 500: 0.1 is every tenth'),
    quiet: toggle('Do not print a line for each request', { short: 'q' }),
  },
  examples: [
    ['temblor respond --listen 9001-9003', 'Three upstreams, webserver01 to webserver03'],
    ['temblor respond --status 503 --delay 2s', 'One that is slow, and then fails'],
    ['curl http://127.0.0.1:9001/anything', 'Ask it'],
  ],
  async run({ flags }, terminal) {
    const { host, ports } = readListen(flags.listen, 'listen')
    const { respond } = await import('../../respond.ts')
    const { wheelClock } = await import('../../clock-wheel.ts')
    const clock = wheelClock()
    const responder = await respond({
      host,
      listen: ports.map((port, at) => ({ port, name: numbered(flags.name, at, ports.length) })),
      clock,
      ...(flags.status === undefined ? {} : { status: readNumber(flags.status, 'status', 200, 599) }),
      ...(flags.body === undefined ? {} : { body: flags.body }),
      ...(flags.delay === undefined ? {} : { delayMs: readDelay(flags.delay, 'delay') }),
      ...(flags['fail-rate'] === undefined
        ? {}
        : { failRate: readNumber(flags['fail-rate'], 'fail-rate', 0, 1) }),
      ...(flags.quiet ? {} : { onAnswer: (...facts) => terminal.err(`${facts.join(' ')}\n`) }),
    }).catch((error: NodeJS.ErrnoException) => {
      throw new CommandFailure(exit.no, `Cannot listen at ${flags.listen}: ${error.message}`)
    })
    for (const { name, port } of responder.servers)
      terminal.err(`${name} listens at http://${host}:${port}\n`)
    await stopSignal(terminal)
    await responder.close()
    clock.close()
    return exit.done
  },
})

function numbered(name: string, at: number, of: number): string {
  return of === 1 ? name : `${name}${String(at + 1).padStart(2, '0')}`
}

function readNumber(text: string, flag: string, least: number, most: number): number {
  const number = Number(text)
  if (text !== '' && number >= least && number <= most) return number
  throw new UsageError(`"${text}" is not a number from ${least} to ${most}, which --${flag} takes`)
}

function stopSignal(terminal: Terminal): Promise<void> {
  return new Promise((resolve) => {
    const forget = terminal.onSignals(['SIGINT', 'SIGTERM'], () => {
      forget()
      resolve()
    })
  })
}
