import { printAddress } from '../../address.ts'
import type { RampSpec } from '../config.ts'
import { addressOf, defineCheck, type Link } from '../model.ts'
import { placeOf } from '../yaml.ts'

export default defineCheck({
  code: 'E0710',
  title: 'two onramps on one port',
  explain:
    'Two instances of onramps would listen on the same port of the same address; the second could not start. It happens where a binding that holds an onramp is mapped twice.',
  wrong:
    'onramp:\n  - { id: in, type: rest }\nbinding:\n  - id: main\n    links: { "/onramp/in/{instance}/out": /pipeline/system::passthrough/system/in }\nmapping:\n  /binding/main/01: { instance: "01" }\n  /binding/main/02: { instance: "02" }',
  right:
    'onramp:\n  - { id: in, type: rest }\nbinding:\n  - id: main\n    links: { "/onramp/in/{instance}/out": /pipeline/system::passthrough/system/in }\nmapping:\n  /binding/main/01: { instance: "01" }',
  *run(model) {
    const listening = new Map<
      string,
      { readonly listens: Listens; readonly link: Link; readonly spec: RampSpec }
    >()
    for (const link of model.links) {
      const artefact =
        link.mapping === undefined || link.from.address.kind !== 'onramp'
          ? undefined
          : model.find(link.from.address)
      const listens = artefact?.kind === 'onramp' ? listensAt(artefact.spec) : undefined
      const address = addressOf(link.from)
      if (listens === undefined || artefact?.kind !== 'onramp' || listening.has(address)) continue
      const other = [...listening].find(([, each]) => collide(each.listens, listens))
      listening.set(address, { listens, link, spec: artefact.spec })
      if (other === undefined) continue
      const [otherAddress, { spec, link: otherLink }] = other
      const same = spec === artefact.spec
      yield {
        message: `"${otherAddress}" and "${address}" would both listen on port ${listens.port}`,
        labels: [
          {
            span: same ? link.mapping!.span : portOf(artefact.spec),
            message: same ? 'the second instance' : 'the same port',
          },
          {
            span: same ? otherLink.mapping!.span : portOf(spec),
            message: same ? 'the first instance' : 'the other onramp',
          },
        ],
        help: same
          ? `Write the instance out, "${printAddress({ ...link.from.address, instance: otherLink.from.address.instance! })}", so that both share one onramp`
          : 'Give one of them another port',
      }
    }
  },
})

interface Listens {
  readonly protocol: 'tcp' | 'udp'
  readonly host: string
  readonly port: number
}

/** Onramps that listen have fields `host` and `port`; port 0 is any free one. */
function listensAt({ type, config }: RampSpec): Listens | undefined {
  const { host, port } = (config ?? {}) as { readonly host?: unknown; readonly port?: unknown }
  if (typeof host !== 'string' || typeof port !== 'number' || port === 0) return undefined
  return { protocol: type === 'udp' ? 'udp' : 'tcp', host, port }
}

function collide(a: Listens, b: Listens): boolean {
  const everywhere = (host: string) => host === '0.0.0.0' || host === '::'
  return (
    a.protocol === b.protocol &&
    a.port === b.port &&
    (a.host === b.host || everywhere(a.host) || everywhere(b.host))
  )
}

function portOf({ written, span }: RampSpec) {
  return written.children?.get('config') === undefined ? span : placeOf(written, ['config', 'port'], 'value')
}
