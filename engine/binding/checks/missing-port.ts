import { printAddress } from '../../address.ts'
import { defineCheck, endsOf, portsOf } from '../model.ts'

export default defineCheck({
  code: 'E0704',
  title: 'missing port',
  explain:
    'Each end of a link names a port, the fourth segment of an address: by which port events leave, by which they enter.',
  wrong:
    'binding:\n  - id: main\n    links:\n      /onramp/in/{instance}: /pipeline/system::passthrough/{instance}/in',
  right:
    'binding:\n  - id: main\n    links:\n      /onramp/in/{instance}/out: /pipeline/system::passthrough/{instance}/in',
  *run(model) {
    for (const { address, span, side } of endsOf(model)) {
      if (address.port !== undefined) continue
      const artefact = model.find(address)
      const ports = (artefact && portsOf(artefact, side)?.filter((port) => port !== 'metrics')) ?? [
        side === 'from' ? 'out' : 'in',
      ]
      const written = printAddress(address)
      yield {
        message: `The address "${written}" names no port`,
        labels: [{ span }],
        help: `Write ${ports.map((port) => `"${written}/${port}"`).join(' or ')}`,
      }
    }
  },
})
