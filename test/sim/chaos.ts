/**
 * Level C of the simulation: `node test/sim/chaos.ts --seconds 60` runs Temblor as a process between chaotic networks, and prints what
 * became of the requests. Exit code 1 if a promise was broken.
 */
import { parseArgs } from 'node:util'
import { type ChaosReport, chaos } from './chaos/run.ts'

if (import.meta.main) await main()

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      clients: { type: 'string', default: '24' },
      transport: { type: 'string', default: 'own' },
    },
  })

  const report = await chaos({
    seed: Number(values.seed),
    seconds: Number(values.seconds),
    clients: Number(values.clients),
    transport: values.transport === 'node' ? 'node' : 'own',
  })
  process.exitCode = print(report) ? 0 : 1
}

/** True if all promises were kept. */
export function print(report: ChaosReport): boolean {
  for (const { rule, what } of report.violations.slice(0, 20)) console.log(`${rule}: ${what}`)
  for (const line of report.trouble.slice(0, 10)) console.log(`log: ${line}`)
  for (const [what, times] of [...report.counts].sort()) console.log(String(times).padStart(9), what)
  const { applied, refused } = report.reloads
  console.log(
    `${report.requests} requests, ${report.attempts} seen upstream, ${report.attacks} attacks, ${applied} reloads and ${refused} refused, exit code ${report.exitCode}; ${report.violations.length} promises broken`,
  )
  return report.violations.length === 0 && report.exitCode === 0
}
