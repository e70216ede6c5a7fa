/** Other systems' configurations that both they and Temblor run. */
import type { Place, TemblorSetup } from './workload.ts'

/** Of sidecar_http_dispatcher: three destinations by `environment`. */
export function sidecarFile({ upstreams }: Place): string {
  return `key: environment
destination: http://127.0.0.1:${upstreams[0]}
rewrites:
  dev:
    destination: http://127.0.0.1:${upstreams[1]}
    patch: [{ key: Host, val: example.com }, { key: dispatched, val: true }]
  staging:
    destination: http://127.0.0.1:${upstreams[2]}
    patch: [{ key: Host, val: staging.example.com }]
`
}

export const sidecar: TemblorSetup = {
  from: 'sidecar-dispatcher',
  env: ({ port }) => ({ SIDECAR_PORT: String(port) }),
  yaml: sidecarFile,
}

/** Of go-reverse-proxy: one service with an instance at each upstream. */
export function goReverseProxyFile({ port, upstreams }: Place): string {
  return `proxy:
  listen: { address: 127.0.0.1, port: ${port} }
  services:
    - name: a
      domain: a.example
      hosts:
${upstreams.map((each) => `        - { address: 127.0.0.1, port: ${each} }`).join('\n')}
`
}

export const goReverseProxy: TemblorSetup = {
  from: 'go-reverse-proxy',
  env: () => ({ METRICS_ADDR: '127.0.0.1:0' }),
  yaml: goReverseProxyFile,
}
