/** Asking a running Temblor: one place for where it is, who we are, and what its refusals mean to a script. */
import { request } from 'node:http'
import type { Outcome } from '../admin/api.ts'
import { isLoopback } from '../admin/guard.ts'
import { findToken } from '../admin/token.ts'
import { value } from './command.ts'
import { CommandFailure, exit, UsageError } from './exit.ts'
import type { Terminal } from './terminal.ts'

export const adminFlags = {
  url: value('URL', 'Where its admin listens, if neither the default nor TEMBLOR_ADMIN says so'),
  timeout: value('MS', 'How long to wait for an answer, milliseconds', { default: '10000' }),
} as const

export interface AdminFlags {
  readonly url: string | undefined
  readonly timeout: string
}

export function adminUrl(flags: Pick<AdminFlags, 'url'>, { environment }: Terminal): URL {
  const text = flags.url ?? environment['TEMBLOR_ADMIN'] ?? '127.0.0.1:9898'
  const url = URL.parse(text.includes('://') ? text : `http://${text}`)
  if (url?.protocol === 'http:') return url
  throw new UsageError(`"${text}" is not the URL of an admin address: "http://127.0.0.1:9898" would be`)
}

export interface Asking {
  readonly path: string
  /** Absent: nothing is told, only asked. */
  readonly body?: unknown
  /** Statuses whose body is an answer and no refusal. */
  readonly expects?: readonly number[]
}

/** The JSON of the answer. Throws `CommandFailure` with the exit code for what stood in the way. */
export async function askAdmin(flags: AdminFlags, terminal: Terminal, asking: Asking): Promise<unknown> {
  const base = adminUrl(flags, terminal)
  const { status, text } = await send(new URL(asking.path, base), flags, { terminal, body: asking.body })
  if (status === 200 || asking.expects?.includes(status)) return parsed(text, base)
  const detail = detailOf(text)
  if (status === 401 || status === 403) throw new CommandFailure(exit.denied, `Not allowed: ${detail}`)
  if (status === 404 && asking.path.startsWith('/v1/'))
    throw new CommandFailure(
      exit.unreachable,
      `What listens at ${base.host} knows no "${asking.path}": it is no Temblor, or an older one`,
    )
  throw new CommandFailure(exit.no, detail)
}

/** What came of a change, for `plan`, `apply` and `rollback`. */
export async function askChange(
  flags: AdminFlags,
  terminal: Terminal,
  asking: Asking,
): Promise<Outcome & { readonly schema: number }> {
  return (await askAdmin(flags, terminal, { ...asking, expects: [409, 412, 422] })) as never
}

function send(
  url: URL,
  flags: AdminFlags,
  { terminal, body }: { readonly terminal: Terminal; readonly body: unknown },
): Promise<{ readonly status: number; readonly text: string }> {
  const timeout = Number(flags.timeout)
  if (!Number.isInteger(timeout) || timeout < 1)
    throw new UsageError(`"${flags.timeout}" is not a number of milliseconds for --timeout`)
  const token = tokenFor(url, terminal)
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  return new Promise((resolve, reject) => {
    const fails = (why: string) =>
      reject(new CommandFailure(exit.unreachable, `No running Temblor at ${url.host}: ${why}`))
    const asked = request(
      url,
      { method: body === undefined ? 'GET' : 'POST', headers, timeout },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (piece) => (text += piece))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
        response.on('error', (error) => fails(error.message))
      },
    )
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${timeout} ms`)))
    asked.on('error', (error: NodeJS.ErrnoException) =>
      fails(error.code === 'ECONNREFUSED' ? 'nothing listens there' : error.message),
    )
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** The operator's own, else the one that a process of ours left here. */
function tokenFor(url: URL, { environment }: Terminal): string | undefined {
  const given = environment['TEMBLOR_ADMIN_TOKEN']
  if (given !== undefined && given !== '') return given
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return isLoopback(host) ? findToken(Number(url.port || 80), environment) : undefined
}

function parsed(text: string, { host }: URL): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandFailure(exit.unreachable, `What listens at ${host} does not answer as a Temblor does`)
  }
}

function detailOf(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: unknown }
    return typeof detail === 'string' ? detail : text.trim()
  } catch {
    return text.trim()
  }
}

/** Prints lines as they come, until there were enough, the other side ends, or a signal does. */
export function lookAtAdmin(
  flags: AdminFlags,
  terminal: Terminal,
  { path, limit }: { readonly path: string; readonly limit: number },
): Promise<void> {
  const url = new URL(path, adminUrl(flags, terminal))
  const token = tokenFor(url, terminal)
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return new Promise((resolve, reject) => {
    let left = limit
    const asked = request(url, { headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece: string) => {
        text += piece
        if (response.statusCode !== 200) return
        const lines = text.split('\n')
        text = lines.pop()!
        for (const line of lines) if (left-- > 0) terminal.out(`${line}\n`)
        if (left <= 0) finish()
      })
      response.on('close', () => {
        if (response.statusCode === 401 || response.statusCode === 403)
          finish(new CommandFailure(exit.denied, `Not allowed: ${detailOf(text)}`))
        else if (response.statusCode === 200) finish()
        else finish(new CommandFailure(exit.no, detailOf(text)))
      })
    })
    asked.on('error', (error: NodeJS.ErrnoException) =>
      finish(
        new CommandFailure(
          exit.unreachable,
          `No running Temblor at ${url.host}: ${error.code === 'ECONNREFUSED' ? 'nothing listens there' : error.message}`,
        ),
      ),
    )
    const forget = terminal.onSignals(['SIGINT', 'SIGTERM'], () => finish())
    asked.end()

    function finish(failure?: CommandFailure): void {
      forget()
      asked.destroy()
      if (failure === undefined) resolve()
      else reject(failure)
    }
  })
}
