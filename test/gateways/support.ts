/** A gateway as its users start it, and plain servers that write down what they are asked. */
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Running, root, start } from '../support/process.ts'

export interface Gateway {
  readonly running: Running
  readonly port: number
  /** Lines of the log with this text, as they are by now. */
  lines(msg: string): Record<string, unknown>[]
}

/** `temblor run ARGS…` with an environment, in a directory; resolves when it listens. */
export async function gateway(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  directory: string = root,
): Promise<Gateway> {
  const line = [join(root, 'bin/temblor.js'), 'run', ...args, '--no-admin', '--log-format', 'json']
  const running = start('env', ['-C', directory, process.execPath, ...line], { NO_COLOR: '1', ...env })
  const listening = JSON.parse(await running.says(/"msg":"Listening"/))
  return {
    running,
    port: Number(new URL(listening.at[0]).port),
    lines: (msg) =>
      running
        .stderr()
        .split('\n')
        .filter((line) => line.startsWith('{') && line.includes(`"msg":"${msg}"`))
        .map((line) => JSON.parse(line)),
  }
}

export interface Seen {
  readonly method: string
  readonly url: string
  /** As they came, names in their spelling. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Buffer
}

export interface Upstream {
  readonly port: number
  readonly seen: Seen[]
  close(): Promise<void>
}

/** A server that writes down what it is asked before it answers. */
export async function upstream(
  answer: (request: IncomingMessage, response: ServerResponse, seen: Seen) => void = (_, response) =>
    response.end('ok'),
): Promise<Upstream> {
  const seen: Seen[] = []
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', url = '', rawHeaders } = request
    const headers = rawHeaders.flatMap((name, i) =>
      i % 2 === 0 ? [[name, rawHeaders[i + 1]!] as const] : [],
    )
    const asked = { method, url, headers, body: Buffer.concat(chunks) }
    seen.push(asked)
    answer(request, response, asked)
  })
  // A failed test must not hold the process.
  server.listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** Every value of a header that was seen. */
export function valuesOf(seen: Seen | undefined, name: string): readonly string[] {
  return (seen?.headers ?? []).filter(([each]) => each.toLowerCase() === name).map(([, value]) => value)
}

/** A folder of files, gone when the function is called. */
export function folder(files: Readonly<Record<string, string>>): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'temblor-gateway-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  return { path, remove: () => rmSync(path, { recursive: true }) }
}
