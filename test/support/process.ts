/** Temblor as its users start it: a process of its own, read by its standard streams. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

export interface Running {
  readonly process: ChildProcess
  /** Everything written to standard error so far. */
  stderr(): string
  stdout(): string
  /** Resolves when a line of standard error matches; rejects if the process ends first. */
  says(pattern: RegExp, since?: number): Promise<string>
  /** Sends SIGTERM and resolves to the exit code. */
  stop(): Promise<number | null>
}

export function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let stderr = ''
  let stdout = ''
  const ended = once(child, 'exit')
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  return {
    process: child,
    stderr: () => stderr,
    stdout: () => stdout,
    says(pattern, since = 0) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const line = stderr
            .slice(since)
            .split('\n')
            .slice(0, -1)
            .find((line) => pattern.test(line))
          if (line !== undefined) resolve(line)
          return line !== undefined
        }
        if (look()) return
        const listener = () => look() && child.stderr.off('data', listener)
        child.stderr.on('data', listener)
        void ended.then(
          ([code]) => look() || reject(new Error(`ended with ${code} before it said ${pattern}:\n${stderr}`)),
        )
      })
    },
    async stop() {
      if (child.exitCode !== null) return child.exitCode
      child.kill('SIGTERM')
      await ended
      return child.exitCode
    },
  }
}

/** `temblor ARGS…`; JSON logs, no admin unless asked for. */
export function temblor(...args: readonly string[]): Running {
  return start(process.execPath, [join(root, 'bin/temblor.js'), ...args], { NO_COLOR: '1' })
}
