/** Level C: two processes and real sockets, with chaos between all of them; what was written down is judged when all is over. */
import { startProxy } from '../../faults/proxy.ts'
import type { Shape } from '../../rest/stand.ts'
import { chance } from '../chance.ts'
import { attacker } from './attacks.ts'
import { judge, type Verdict } from './checker.ts'
import { client } from './clients.ts'
import type { Asked, Log } from './log.ts'
import { chaosProxy } from './proxy.ts'
import { chaosUpstream } from './upstream.ts'

export interface ChaosOptions {
  readonly seed: number
  readonly seconds: number
  readonly clients: number
  readonly transport: 'own' | 'node'
}

export interface ChaosReport extends Verdict {
  readonly requests: number
  readonly attempts: number
  readonly attacks: number
  readonly reloads: { readonly applied: number; readonly refused: number }
  readonly exitCode: number | null
  /** What the process said that it should not have. */
  readonly trouble: readonly string[]
}

const deadlineMs = 3000

/** Says on the way there and on the way back which configuration it is. */
const generation = (n: number): Shape => ({
  request: `let $correlation = ${n}; event`,
  response: `let $response.headers["x-generations"] = "#{$correlation} ${n}"; event`,
  onramp: { deadline: `${deadlineMs}ms`, config: { keep_alive: `${30 + (n % 3)}s` } },
  offramp: { config: { timeout: '1500ms', concurrency: 256 + (n % 2) } },
})

const invalid: readonly Shape[] = [
  { ...generation(0), request: 'let $correlation = ; event' },
  { ...generation(0), onramp: { config: { keep_alive: 'long' } } },
  { ...generation(0), offramp: { config: { endpoint: 'ftp://x' } } },
]

export async function chaos({ seed, seconds, clients, transport }: ChaosOptions): Promise<ChaosReport> {
  const broken: string[] = []
  const harms: number[] = []
  const asked: Asked[] = []
  const upstream = await chaosUpstream((what) => void broken.push(what))
  const behind = await chaosProxy({
    to: upstream.port,
    chance: chance(seed),
    plain: 0.6,
    harmed: () => void harms.push(performance.now()),
  })
  const proxy = await startProxy(generation(0), { upstream: behind.port, args: ['--transport', transport] })
  const before = await chaosProxy({ to: proxy.port, chance: chance(seed + 1), plain: 0.3, harmed: () => {} })
  let going = true
  const goesOn = () => going
  const workers = Array.from({ length: clients }, (_, i) =>
    client(asked, {
      ports: [proxy.port, before.port],
      chance: chance(seed + 100 + i),
      broken: (what) => void broken.push(what),
      isHarmed: before.isHarmed,
      goesOn,
      patienceMs: deadlineMs + 4000,
    }),
  )
  const attacks = attacker([proxy.port, before.port], { chance: chance(seed + 2), goesOn })
  const reloads = await reloading(proxy.reload, seconds * 1000)
  const stoppedAt = performance.now()
  const exited = proxy.stop()
  await pause(300)
  going = false
  const exitCode = await exited
  await Promise.all(workers)
  const sent = await attacks
  behind.close()
  before.close()
  upstream.close()
  const told = upstream.attempts.filter(({ marker }) => !marker.startsWith('a-'))
  const log: Log = { asked, attempts: told, harms, broken, stoppedAt, deadlineMs }
  const lines = proxy.running.stderr().split('\n')
  return {
    ...judge(log),
    requests: asked.length,
    attempts: upstream.attempts.length,
    attacks: sent,
    reloads,
    exitCode,
    // What an operator got wrong is an error in his log, and none of ours.
    trouble: lines.filter((line) => /"level":"?(error|fatal|50|60)/.test(line) && !line.includes('"SIGHUP"')),
  }
}

/** Another configuration now and then, one in four of them broken. */
async function reloading(
  reload: (shape: Shape) => Promise<string>,
  ms: number,
): Promise<{ applied: number; refused: number }> {
  const until = performance.now() + ms
  const done = { applied: 0, refused: 0 }
  for (let n = 1; performance.now() < until; n++) {
    const shape = n % 4 === 0 ? invalid[(n / 4) % invalid.length]! : generation(n)
    const line = await reload(shape)
    if (/applied/.test(line)) done.applied++
    else done.refused++
    await pause(250)
  }
  return done
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
