/** Temblor with several workers, asked by clients that know their connections. */
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { folder } from '../gateways/support.ts'
import { type Running, root, start } from '../support/process.ts'

export interface Several {
  readonly running: Running
  readonly port: number
  readonly files: ReturnType<typeof folder>
  /** GET of the admin, as text. */
  admin(path: string): Promise<string>
  /** POST of the admin: status and body. */
  tell(path: string, body: unknown): Promise<{ status: number; body: string }>
  pids(): Promise<readonly number[]>
  lines(msg: string): Record<string, unknown>[]
  end(): Promise<void>
}

const token = 'of-the-tests'

/** `temblor run proxy.yaml --workers N` in a folder of these files; resolves when it listens. */
export async function several(
  texts: Readonly<Record<string, string>>,
  ...flags: readonly string[]
): Promise<Several> {
  const files = folder(texts)
  const line = [join(root, 'bin/temblor.js'), 'run', 'proxy.yaml', '--workers', '2', '--admin', '0', ...flags]
  const env = { NO_COLOR: '1', TEMBLOR_ADMIN_TOKEN: token }
  const running = start('env', ['-C', files.path, process.execPath, ...line, '--log-format', 'json'], env)
  const listening = JSON.parse(await running.says(/"msg":"Listening"/))
  const { url } = JSON.parse(await running.says(/"msg":"Admin listens"/))
  const at = Number(new URL(url).port)
  const asAdmin = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const admin = async (path: string) => (await ask(at, path, { headers: asAdmin })).body
  return {
    running,
    files,
    port: Number(new URL(listening.at[0]).port),
    admin,
    async tell(path, body) {
      const options = { headers: asAdmin, method: 'POST', body: JSON.stringify(body) }
      const { status, body: told } = await ask(at, path, options)
      return { status, body: told }
    },
    async pids() {
      const { workers } = JSON.parse(await admin('/v1/status'))
      return workers.map(({ pid }: { pid: number }) => pid)
    },
    lines: (msg) =>
      running
        .stderr()
        .split('\n')
        .filter((line) => line.startsWith('{') && line.includes(`"msg":"${msg}"`))
        .map((line) => JSON.parse(line)),
    async end() {
      running.process.kill('SIGKILL')
      files.remove()
    },
  }
}

export interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** One request, on a connection of its own unless there is an agent; rejects if it is cut. */
export function ask(
  port: number,
  path: string,
  options: {
    readonly agent?: Agent
    readonly headers?: Record<string, string>
    readonly method?: string
    readonly body?: string
  } = {},
): Promise<Answer> {
  const { agent = false, headers = {}, method = 'GET', body } = options
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, agent, headers, method }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (piece) => (text += piece))
      answer.on('error', reject)
      answer.on('end', () => resolve({ status: answer.statusCode!, body: text, headers: answer.headers }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

/** A client that keeps its connection. */
export function keeper(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1 })
}

/** Which worker made the answer: the engine's own answers name the event, and events are numbered by worker. */
export async function workerOf(port: number, agent?: Agent): Promise<number> {
  const { body } = await ask(port, '/nowhere', agent === undefined ? {} : { agent })
  return Number(JSON.parse(body).event_id.split(':')[1])
}
