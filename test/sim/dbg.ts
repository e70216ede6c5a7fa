import { runOverSockets } from './run-sockets.ts'

const name = (process.argv[4] ?? 'own') as 'own'
let n = 0,
  bad = 0
const t = Date.now()
for (let seed = Number(process.argv[2]); seed < Number(process.argv[2]) + Number(process.argv[3]); seed++) {
  const r = await runOverSockets(seed, name)
  n += r.requests
  if (r.failures.length > 0) {
    bad++
    console.log(seed, r.failures.length, r.failures[0])
    if (process.argv[3] === '1') console.log(r.trace.join('\n'))
  }
  if (bad > 8) break
}
console.log(n, 'requests', bad, 'bad', Date.now() - t, 'ms')
process.exit(0)
