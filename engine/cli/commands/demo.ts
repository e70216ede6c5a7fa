import { cpSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { home } from '../../home.ts'
import { defineCommand, toggle, value } from '../command.ts'
import { CommandFailure, exit } from '../exit.ts'
import type { Terminal } from '../terminal.ts'

const files = [
  'bindings/reverse-proxy.yaml',
  'pipelines/request_handling.trickle',
  'pipelines/response_handling.trickle',
  'pipelines/internal_error_processing.trickle',
]

export default defineCommand({
  summary: 'Run three upstreams and a load-balancing proxy before them, with lines to paste',
  details: `What runs is ${files.join(', ')}, with the upstreams webserver01 to webserver03 embedded. Ctrl-C ends it.`,
  flags: {
    write: value('DIR', 'Write those files to DIR instead, to start from'),
    watch: toggle('Apply changes of the files as they are made', { short: 'w' }),
    'no-admin': toggle('Serve neither health nor metrics'),
    transport: value('NAME', 'The HTTP implementation', { choices: ['own', 'node'], default: 'own' }),
  },
  examples: [
    ['temblor demo', 'Needs nothing else'],
    ['temblor demo --write my-proxy', 'The files of the demo, to start from'],
  ],
  async run({ flags }, terminal) {
    if (flags.write !== undefined) return writeFiles(flags.write, terminal)
    const [{ respond }, { run }, { wheelClock }] = await Promise.all([
      import('../../respond.ts'),
      import('../run.ts'),
      import('../../clock-wheel.ts'),
    ])
    const clock = wheelClock()
    const names = ['webserver01', 'webserver02', 'webserver03']
    const listen = names.map((name) => ({ port: 0, name }))
    const upstreams = await respond({ host: '127.0.0.1', listen, clock })
    try {
      return await run(
        {
          paths: files.map((file) => join(home, file)),
          watch: flags.watch,
          connectTo: upstreams.servers.map(({ name, port }) => ({
            host: name,
            port: 80,
            toHost: '127.0.0.1',
            toPort: port,
          })),
          transport: flags.transport as 'own' | 'node',
          admin: flags['no-admin'] ? undefined : { host: '127.0.0.1', port: 9898, orFreePort: true },
          logLevel: 'info',
          logFormat: 'auto',
          instance: 'tremor',
          workers: 1,
          graceMs: 5000,
          onReady: () => terminal.out(invitation),
        },
        terminal,
      )
    } finally {
      await upstreams.close()
      clock.close()
    }
  },
})

const invitation = `
Three upstreams, webserver01 to webserver03, and a proxy before them. In another shell:

  curl -v -XGET http://localhost:65535/anything -H'Content-Type: application/json' -d '{"snot": "badger"}'
  curl -i http://localhost:65535/status/418
  for i in 1 2 3; do curl -s -o /dev/null -w '%header{server}\\n' http://localhost:65535/get; done

Ctrl-C ends it.
`

function writeFiles(directory: string, terminal: Terminal): number {
  const target = resolve(terminal.directory, directory)
  try {
    mkdirSync(target)
  } catch (error) {
    throw new CommandFailure(exit.no, `Cannot create the folder "${directory}": ${(error as Error).message}`)
  }
  for (const file of files) {
    cpSync(join(home, file), join(target, file), { recursive: true })
    terminal.out(`${join(directory, file)}\n`)
  }
  terminal.err(`Run them: temblor respond --listen 9001-9003 & temblor run ${directory} ${connections()}\n`)
  return exit.done
}

function connections(): string {
  return [1, 2, 3].map((n) => `--connect-to webserver0${n}:80:127.0.0.1:900${n}`).join(' ')
}
