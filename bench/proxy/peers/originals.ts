/**
 * The programs whose work the gateways do, built elsewhere from their own sources: `sidecar`, `echo` and `go-reverse-proxy` in the folder that
 * $ORIGINALS names. Nothing of them is here. The program of the page on Echo takes $PORT and $UPSTREAMS, the others their own settings.
 */
import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from '../processes.ts'
import { file, scratch } from '../scratch.ts'
import type { Peer, Place } from '../workload.ts'

const folder = process.env['ORIGINALS']

/** `sidecar`, with the file that Temblor runs too. */
export const sidecarOriginal = original('sidecar', ({ port }, program, configuration) => ({
  line: [program],
  env: {
    SIDECAR_CONFIG: file(`sidecar-${port}.yaml`, configuration),
    SIDECAR_PORT: String(port),
    GIN_MODE: 'release',
  },
}))

export const echoOriginal = original('echo', ({ port, upstreams }, program) => ({
  line: [program],
  env: { PORT: String(port), UPSTREAMS: upstreams.join(' ') },
}))

export const goReverseProxyOriginal = original('go-reverse-proxy', ({ port }, program, configuration) => {
  mkdirSync(join(scratch, 'proxy-configs'), { recursive: true })
  const name = `${port}.yaml`
  file(join('proxy-configs', name), configuration)
  return { line: [program, '--configuration_filename', name, '--metrics_addr', '127.0.0.1:0'], cwd: scratch }
})

type Starting = (place: Place, program: string, configuration: string) => Command

/** A peer, given the configuration that it and Temblor have in common. */
function original(name: string, command: Starting): (configuration?: (place: Place) => string) => Peer {
  const program = folder === undefined ? undefined : resolve(folder, name)
  return (configuration = () => '') => ({
    name: `the original (${name})`,
    available: () => program !== undefined && existsSync(program),
    command: (place) => command(place, program!, configuration(place)),
  })
}
