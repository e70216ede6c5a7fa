/** Parts of configurations that workloads share. */
import type { Place, TemblorSetup } from '../workload.ts'

/** The onramp `web`, and an offramp for each upstream, `up1` and so on; JSON costs nothing where nothing reads it. */
export function onrampAndOfframps(place: Place): string {
  return `${onramp(place)}offramp:
${place.upstreams.map((_, i) => offramp(place, i)).join('\n')}
`
}

export function onramp({ port }: Place): string {
  return `onramp:
  - { id: web, type: rest, linked: true, codec: json, config: { host: 127.0.0.1, port: ${port} } }
`
}

/** One line of a list: `more` are further fields of its `config`. */
export function offramp({ upstreams }: Place, index: number, more = ''): string {
  const endpoint = `endpoint: { host: 127.0.0.1, port: ${upstreams[index]} }`
  return `  - { id: up${index + 1}, type: rest, linked: true, codec: json, config: { ${endpoint}${more} } }`
}

/** One offramp, `set`, whose upstreams take turns. */
export function balanced({ upstreams }: Place, more = ''): string {
  const urls = upstreams.map((port) => `"http://127.0.0.1:${port}"`).join(', ')
  return `offramp:
  - { id: set, type: rest, linked: true, config: { endpoints: [${urls}]${more} } }
`
}

/** Passes everything to upstreams in turn. */
export const pass: TemblorSetup = {
  yaml: (place) => `${onramp(place)}${balanced(place)}
route:
  - { id: pass, from: web, rules: [{ to: set }] }
`,
}
