import { nearest } from '#dsl/nearest.ts'
import { placeholdersIn } from '../../address.ts'
import { defineCheck, endsOf, portsOf } from '../model.ts'

export default defineCheck({
  code: 'E0705',
  title: 'unknown port',
  explain:
    'A link names a port that its onramp, pipeline or offramp does not have, so no event would ever pass. A pipeline has the ports its file selects from and into: "into out/ws01" makes the port "ws01".',
  wrong:
    'onramp:\n  - { id: in, type: rest }\nbinding:\n  - id: main\n    links:\n      /onramp/in/{instance}/uot: /pipeline/system::passthrough/{instance}/in',
  right:
    'onramp:\n  - { id: in, type: rest }\nbinding:\n  - id: main\n    links:\n      /onramp/in/{instance}/out: /pipeline/system::passthrough/{instance}/in',
  *run(model) {
    for (const { address, span, side } of endsOf(model)) {
      const { kind, id, port } = address
      // Ramps take events by one port, whatever the link says: see `ramp-port.ts`.
      if (side === 'to' && kind !== 'pipeline') continue
      const artefact = port === undefined || placeholdersIn(port).length > 0 ? undefined : model.find(address)
      const ports = artefact && portsOf(artefact, side)
      if (ports === undefined || ports.includes(port!)) continue
      const near = nearest(port!, ports)
      const defined = artefact!.builtin ? [] : [{ span: artefact!.spec.span, message: `the ${kind} "${id}"` }]
      yield {
        message: `The ${kind} "${id}" has no ${side === 'from' ? 'outgoing' : 'incoming'} port "${port}"`,
        labels: [{ span, message: 'no such port' }, ...defined],
        help:
          near === undefined
            ? `It has ${ports.map((each) => `"${each}"`).join(', ')}`
            : `Did you mean "${near}"?`,
      }
    }
  },
})
