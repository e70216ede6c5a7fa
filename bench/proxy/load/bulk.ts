/** One long body down and one up: processor time, and how much of it is held at most. */
import { forgetPeak, peakMemory, residentMemory } from '../cpu.ts'
import type { Figures, Load, Target } from '../workload.ts'
import { client } from './client.ts'
import { costOf } from './wrk.ts'

const bytes = 2 ** 30

export const bulk: Load = {
  mostRounds: 3,
  columns: [
    { key: 'downMs', head: 'CPU ms down', digits: 0, ratio: true },
    { key: 'downMiB', head: 'held, MiB', digits: 1, of: 'most' },
    { key: 'downRate', head: 'MiB/s', digits: 0 },
    { key: 'upMs', head: 'CPU ms up', digits: 0, ratio: true },
    { key: 'upMiB', head: 'held, MiB', digits: 1, of: 'most' },
    { key: 'upRate', head: 'MiB/s', digits: 0 },
  ],
  async prepare(targets) {
    for (const target of targets)
      for (const direction of ['down', 'up'] as const) await send(target, direction, 2 ** 27)
  },
  measure: async (target) => ({
    ...(await send(target, 'down', bytes)),
    ...(await send(target, 'up', bytes)),
  }),
}

async function send(target: Target, direction: 'down' | 'up', bytes: number): Promise<Figures> {
  const before = residentMemory(target.pid)
  forgetPeak(target.pid)
  const { seconds, userMicros, kernelMicros } = await costOf(
    target,
    () => client<{ readonly seconds: number }>('bulk', { port: target.port, direction, bytes }).told,
  )
  return {
    [`${direction}Ms`]: (userMicros + kernelMicros) / 1000,
    [`${direction}MiB`]: (peakMemory(target.pid) - before) / 2 ** 20,
    [`${direction}Rate`]: bytes / 2 ** 20 / seconds,
  }
}
