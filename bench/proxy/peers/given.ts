/** Programs that whoever runs the bench names: `[WORKLOAD:]NAME=COMMAND`, by default beside the others that pass through. */
import type { Peer } from '../workload.ts'

export function given(options: readonly string[], workload: string): Peer[] {
  return options
    .map(parsed)
    .flatMap(({ of, name, command }) => (of === workload ? [peer(name, command)] : []))
}

function parsed(option: string): { readonly of: string; readonly name: string; readonly command: string } {
  const [, of = 'pass', name, command] = /^(?:([\w-]+):)?([^=]+)=(.+)$/.exec(option) ?? []
  if (name === undefined || command === undefined)
    throw new Error(`A peer is "[WORKLOAD:]NAME=COMMAND", found "${option}"`)
  return { of, name, command }
}

function peer(name: string, command: string): Peer {
  return {
    name,
    available: () => true,
    command: ({ port, upstreams }) => ({
      line: ['sh', '-c', `exec ${command}`],
      env: { PORT: String(port), UPSTREAMS: upstreams.join(' ') },
    }),
  }
}
