/** Prints what a run saved: `node bench/proxy/print.ts bench/results/proxy.json`. */
import { readFileSync } from 'node:fs'
import { type Measured, table } from './table.ts'

const saved = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Record<string, Measured>
for (const [name, measured] of Object.entries(saved)) process.stdout.write(`${table(name, measured)}\n`)
