import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { defineCommand, toggle, value, values } from '../command.ts'
import { CommandFailure, exit, UsageError } from '../exit.ts'
import { readListen } from '../listen.ts'
import { proxyFiles } from '../proxy.ts'
import type { Terminal } from '../terminal.ts'

export default defineCommand({
  summary: 'Run a load-balancing proxy without writing files',
  details:
    'Requests take turns. What it runs is what --print-config prints: the first step towards files of your own.',
  flags: {
    from: value('ADDR', 'Where to listen', { short: 'f', default: '127.0.0.1:8080' }),
    to: values('URL', 'An upstream: http://host:port, or host:port', { short: 't' }),
    header: values('NAME:VALUE', 'A header to set on every request', { short: 'H' }),
    'print-config': toggle('Print the configuration instead of running it'),
    write: value('DIR', 'Write the configuration to DIR instead of running it'),
    'no-admin': toggle('Serve neither health nor metrics'),
  },
  examples: [
    ['temblor proxy --from :8080 --to localhost:9001 --to localhost:9002', 'Two upstreams, in turn'],
    ['temblor proxy --to http://localhost:9001 --write my-proxy', 'The same as files'],
  ],
  async run({ flags }, terminal) {
    if (flags.to.length === 0) throw new UsageError('An upstream is wanted: --to http://localhost:9001')
    const { host, ports } = readListen(flags.from, 'from')
    const made = proxyFiles({
      host,
      port: ports[0]!,
      upstreams: flags.to.map(readUpstream),
      headers: flags.header.map(readHeader),
    })
    if (flags['print-config']) {
      terminal.out([...made].map(([name, text]) => `# ---- ${name}\n${text}`).join('\n'))
      return exit.done
    }
    if (flags.write !== undefined) return write(made, flags.write, terminal)
    const [{ run }, { withMemory }] = await Promise.all([import('../run.ts'), import('../files.ts')])
    return run(
      {
        paths: [...made.keys()],
        files: withMemory(made),
        watch: false,
        connectTo: [],
        transport: 'own',
        admin: flags['no-admin'] ? undefined : { host: '127.0.0.1', port: 9898, orFreePort: true },
        logLevel: 'info',
        logFormat: 'auto',
        instance: 'tremor',
        workers: 1,
        graceMs: 25_000,
      },
      terminal,
    )
  },
})

function write(made: ReadonlyMap<string, string>, directory: string, terminal: Terminal): number {
  const target = resolve(terminal.directory, directory)
  try {
    mkdirSync(target)
  } catch (error) {
    throw new CommandFailure(exit.no, `Cannot create the folder "${directory}": ${(error as Error).message}`)
  }
  for (const [name, text] of made) {
    writeFileSync(join(target, name), text)
    terminal.out(`${join(directory, name)}\n`)
  }
  terminal.err(`Run them: temblor run ${directory}\n`)
  return exit.done
}

function readUpstream(text: string): URL {
  const url = URL.parse(/^https?:\/\//.test(text) ? text : `http://${text}`)
  if (url === null || url.pathname !== '/' || url.search !== '' || url.username !== '' || url.hash !== '') {
    throw new UsageError(`"${text}" is not an upstream: "http://host:port" would be, without a path`)
  }
  return url
}

function readHeader(text: string): [string, string] {
  const found = /^([!#$%&'*+.^_`|~\w-]+):\s*(.*)$/.exec(text)
  if (found) return [found[1]!, found[2]!]
  throw new UsageError(`"${text}" is not a header: "Name: value" would be`)
}
