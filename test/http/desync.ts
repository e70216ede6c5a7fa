/**
 * The desync matrix: every vector through nginx, HAProxy, Varnish and Temblor over each transport, in one run, each front before an
 * upstream of raw bytes. `node test/http/desync.ts [--list] [FRONT…]` prints the table; `--list` names the vectors behind each number.
 */
import { parseArgs } from 'node:util'
import { type Front, installed, peerFront, peers, temblorFront } from './desync/fronts.ts'
import { type Recorder, startRecorder } from './desync/recorder.ts'
import { columns, impatient, judge, patient, type Tally, table } from './desync/verdict.ts'

type Start = (upstream: number) => Promise<Front>

/** One front after the other is what nobody would wait for: they run side by side, each with an upstream of its own. */
export async function matrix(names: readonly string[] = []): Promise<Map<string, Tally>> {
  const starts: [string, Start][] = [
    ['Temblor (own)', (upstream) => temblorFront('own', upstream)],
    ['Temblor (node)', (upstream) => temblorFront('node', upstream)],
    ...peers
      .filter(installed)
      .map((peer): [string, Start] => [peer.name, (upstream) => peerFront(peer, upstream)]),
  ]
  const chosen = starts.filter(([name]) => names.length === 0 || names.some((part) => name.includes(part)))
  const tallies = await Promise.all(chosen.map(([, begin]) => through(begin)))
  return new Map(chosen.map(([name], i) => [name, tallies[i]!]))
}

async function through(begin: Start): Promise<Tally> {
  const recorder: Recorder = await startRecorder()
  const front = await begin(recorder.port)
  try {
    return await judge(front.port, recorder, front.name.startsWith('Temblor') ? patient : impatient)
  } finally {
    recorder.close()
    await front.stop()
  }
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    options: { list: { type: 'boolean' } },
    allowPositionals: true,
  })
  const tallies = await matrix(positionals)
  console.log(table(tallies))
  if (values.list)
    for (const [front, tally] of tallies)
      for (const [heading, key] of columns)
        if (key !== 'refused' && tally[key].length > 0)
          console.log(`\n${front}, ${heading}:\n  ${tally[key].join('\n  ')}`)
}
