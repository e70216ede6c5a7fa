/** The same users through the page's dynamic proxy: by the first letter of the host. */
import { thinkingUsers } from '../load/users.ts'
import { bare } from '../peers/bare.ts'
import { echoOriginal } from '../peers/originals.ts'
import { offramp, onramp } from '../peers/temblor-yaml.ts'
import { same, small } from '../upstream.ts'
import type { Workload } from '../workload.ts'
import { request } from './users.ts'

export default {
  name: 'gateway-echo',
  order: 21,
  asked: true,
  what: '200 users with a second of thought, in step, through the dynamic proxy',
  temblor: {
    temblor: {
      yaml: (place) => `${onramp(place)}offramp:
${[0, 1].map((i) => offramp(place, i, ', host: request')).join('\n')}
route:
  - id: dynamic
    from: web
    request: dynamic_proxy
    rules:
      - { host: "a*", to: up1 }
    to: up2
`,
      paths: ['pipelines/dynamic_proxy.trickle'],
    },
  },
  peers: [bare, echoOriginal()],
  against: 'bare',
  asks: [same('/anything', small, { headers: { host: 'a.example' } })],
  load: thinkingUsers({ request, arrival: 'together', leastSeconds: 5, mostRounds: 9 }),
} satisfies Workload
