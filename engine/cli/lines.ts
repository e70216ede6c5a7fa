/** Lines from stdin, of a person or of a pipe. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { LineOptions, LineReader } from './terminal.ts'

/** So many lines are remembered from session to session. */
const remembered = 1000

export function readLines(
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  options: LineOptions & { readonly env: Readonly<Record<string, string | undefined>> },
): LineReader {
  const isTerminal = input.isTTY === true && output.isTTY === true
  const file = historyFile(options.env)
  const { complete } = options
  const lines = createInterface({
    input,
    ...(isTerminal ? { output, history: readHistory(file), historySize: remembered } : {}),
    ...(complete === undefined ? {} : { completer: (line: string) => complete(line) as [string[], string] }),
    removeHistoryDuplicates: true,
    terminal: isTerminal,
  })
  const waiting: (string | null)[] = []
  let ended = false
  let wake = () => {}
  lines.on('line', (line) => {
    waiting.push(line)
    wake()
  })
  lines.on('close', () => {
    ended = true
    wake()
  })
  if (isTerminal) lines.on('history', (history: string[]) => writeHistory(file, history))
  // Ctrl-C gives up what was begun, as in a shell; where that is nothing, it ends.
  lines.on('SIGINT', () => {
    if (lines.line === '' && options.isBegun?.() !== true) return lines.close()
    output.write('\n')
    // Moves to the end and deletes to the beginning: the cursor may stand anywhere in the line.
    lines.write(null, { ctrl: true, name: 'e' })
    lines.write(null, { ctrl: true, name: 'u' })
    waiting.push(null)
    wake()
  })
  return { isTerminal, next, close: () => lines.close() }

  async function next(prompt: string): Promise<string | null | undefined> {
    if (isTerminal && !ended) {
      lines.setPrompt(prompt)
      lines.prompt()
    }
    while (waiting.length === 0 && !ended) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    return waiting.shift()
  }
}

function historyFile(env: Readonly<Record<string, string | undefined>>): string {
  const folder = env['XDG_STATE_HOME'] || join(homedir(), '.local/state')
  return join(folder, 'temblor/history')
}

function readHistory(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean)
  } catch {
    return []
  }
}

/** Newest first, as it is read. What cannot be written is not remembered; that stops nobody. */
function writeHistory(file: string, history: readonly string[]): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${history.slice(0, remembered).join('\n')}\n`, { mode: 0o600 })
  } catch {
    // A home that cannot be written to.
  }
}
