/** Varnish, as Debian has it, with one upstream. */
import { version } from '../processes.ts'
import { scratch } from '../scratch.ts'
import type { Peer } from '../workload.ts'

export const varnish: Peer = {
  name: 'varnish',
  available: () => version('varnishd', '-V') !== undefined,
  command: ({ port, upstreams }) => ({
    line: [
      'varnishd',
      '-F',
      ...['-a', `127.0.0.1:${port}`],
      ...['-b', `127.0.0.1:${upstreams[0]}`],
      ...['-n', `${scratch}/varnish-${port}`],
      ...['-s', 'malloc,64m'],
      ...['-j', 'none'],
    ],
  }),
}
