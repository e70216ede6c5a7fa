/**
 * Where lines of the log go: to file descriptor 2 by pino's own writer, in the background, so that a reader of stderr that stalls or goes away costs
 * lines and not the process.
 *
 * Lines of one turn of the event loop leave together: a write for each costs more than all that is said of a request. The end of the process
 * leaves none behind; one that is killed loses those of its last turn.
 */
import { pino } from 'pino'
import { atEndOfTurn } from './turn.ts'

export interface LogWriter {
  /** A line with its newline. */
  write(line: string): void
  /** What was written so far does not wait for the end of the turn. */
  leave(): void
}

export interface LogWriterOptions {
  /** Other processes write to the same stderr: what is written at once is so little that a pipe does not tear it. */
  readonly isShared: boolean
  /** How many lines a reader that stalled has missed, told when it reads again. */
  readonly onDropped: (lines: number) => void
}

/** Waiting for a reader that stalls; beyond it lines are dropped. */
const waitingBytes = 1 << 20
/** What the daemons of containers read at once. */
const writtenBytes = 16 * 1024
/** Linux's PIPE_BUF: as much is written whole or not at all. */
const pipeBytes = 4096

/** For machines: a turn's lines together. */
export function gatheringWriter({ isShared, onDropped }: LogWriterOptions): LogWriter {
  const maxWrite = isShared ? pipeBytes : writtenBytes
  // Counted in characters, which have three bytes at most. The destination joins what does not fill a write.
  const most = Math.floor(maxWrite / 3)
  const destination = open({ sync: false, maxLength: waitingBytes, maxWrite })
  let said = ''
  let dropped = 0

  function leave(): void {
    if (said === '') return
    const lines = said
    said = ''
    destination.write(lines)
  }

  destination.on('drop', (lines: string) => {
    dropped += lines.split('\n').length - 1
  })
  destination.on('drain', () => {
    if (dropped === 0) return
    const lines = dropped
    dropped = 0
    onDropped(lines)
  })
  process.on('exit', () => {
    destination.flushSync()
    // Not by the destination, which would begin it in the background.
    if (said !== '') open({ sync: true }).write(said)
    said = ''
  })
  return {
    write(line) {
      if (said === '') atEndOfTurn(leave)
      else if (said.length + line.length > most) leave()
      said += line
    },
    leave,
  }
}

/** For a person, who also reads what else is printed and wants it in order: each line at once. */
export function immediateWriter(): LogWriter {
  const destination = open({ sync: true })
  return { write: (line) => void destination.write(line), leave() {} }
}

function open(options: object) {
  const destination = pino.destination({ dest: 2, ...options })
  // Whoever read stderr is gone (EPIPE), or the disk below it is full: there is nowhere left to say so.
  destination.on('error', () => {})
  return destination
}
