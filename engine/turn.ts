/**
 * One turn of the event loop: all sockets are read, then what was read is worked on, then everything is written. Each of the three is the same
 * code again and again, which the processor's caches hold; one request after the other, through kernel and engine and kernel, would have
 * each push out the next one's.
 */

interface Reading {
  /** Works on what was read. */
  use(): void
}

interface Writing {
  /** Hands what was said to the socket. */
  flush(): void
}

let readings: Reading[] = []
let writings: Writing[] = []
let endings: (() => void)[] = []
// Emptied and used again, turn about.
let otherReadings: Reading[] = []
let otherWritings: Writing[] = []
let otherEndings: (() => void)[] = []
let scheduled = false

export function readThisTurn(reading: Reading): void {
  readings.push(reading)
  if (!scheduled) schedule()
}

export function writeThisTurn(writing: Writing): void {
  writings.push(writing)
  if (!scheduled) schedule()
}

/** `ending` is called when everything of this turn is done. */
export function atEndOfTurn(ending: () => void): void {
  endings.push(ending)
  if (!scheduled) schedule()
}

function schedule(): void {
  scheduled = true
  setImmediate(turn)
}

function turn(): void {
  const read = readings
  readings = otherReadings
  for (const reading of read) reading.use()
  read.length = 0
  otherReadings = read
  // Flushing may say more; that is for the next turn.
  const written = writings
  writings = otherWritings
  for (const writing of written) writing.flush()
  written.length = 0
  otherWritings = written
  const ended = endings
  endings = otherEndings
  for (const ending of ended) ending()
  ended.length = 0
  otherEndings = ended
  scheduled = false
  if (readings.length > 0 || writings.length > 0 || endings.length > 0) schedule()
}
