import { once } from 'node:events'
import { main } from '#engine/cli/main.ts'
import type { Stream, Terminal } from '#engine/cli/terminal.ts'

export interface Printed {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A terminal that remembers what was printed, and sends signals when told. */
export function fakeTerminal(
  options: { input?: string; environment?: Record<string, string>; directory?: string } = {},
) {
  const stream: Stream = { isTerminal: false, colour: false, columns: 80 }
  const signals = new EventTarget()
  const printed = { out: '', err: '' }
  const terminal: Terminal = {
    out: (text) => void (printed.out += text),
    err: (text) => {
      printed.err += text
      signals.dispatchEvent(new Event('printed'))
    },
    readInput: async () => options.input ?? '',
    readLines() {
      const lines = (options.input ?? '').split('\n')
      if (lines.at(-1) === '') lines.pop()
      return { isTerminal: false, next: async () => lines.shift(), close() {} }
    },
    environment: options.environment ?? {},
    directory: options.directory ?? process.cwd(),
    stdout: stream,
    stderr: stream,
    onSignals(names, heard) {
      const hear = (event: Event) => heard(event.type as NodeJS.Signals)
      for (const name of names) signals.addEventListener(name, hear)
      return () => {
        for (const name of names) signals.removeEventListener(name, hear)
      }
    },
  }
  return {
    terminal,
    printed,
    send: (name: NodeJS.Signals) => void signals.dispatchEvent(new Event(name)),
    /** Resolves when stderr has come to hold this. */
    async says(wanted: RegExp): Promise<RegExpExecArray> {
      for (;;) {
        const found = wanted.exec(printed.err)
        if (found) return found
        await once(signals, 'printed')
      }
    },
  }
}

/** Runs one command line to its end. */
export async function temblor(
  argv: readonly string[],
  options?: Parameters<typeof fakeTerminal>[0],
): Promise<Printed> {
  const { terminal, printed } = fakeTerminal(options)
  const code = await main(argv, terminal)
  return { code, ...printed }
}
