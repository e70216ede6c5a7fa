/** What a result was measured on: without it a number of µs tells nothing. */
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { version } from './processes.ts'

export function machine(): object {
  return {
    when: new Date().toISOString(),
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(),
    /** Of one, five and fifteen minutes: what else it was busy with. */
    load: loadavg()
      .map((each) => each.toFixed(2))
      .join(' '),
    versions: {
      node: process.version,
      nginx: version('nginx', '-v'),
      haproxy: version('haproxy', '-v'),
      caddy: version('caddy', 'version'),
      varnish: version('varnishd', '-V'),
      wrk: version('wrk', '-v'),
    },
  }
}
