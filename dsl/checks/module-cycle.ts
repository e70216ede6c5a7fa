import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0103',
  title: 'modules use each other in a circle',
  explain: 'A module cannot use itself, directly or through others. Move what both need into a third module.',
})
export default kind

export function moduleCycle(span: Span, chain: readonly string[]) {
  const message = `Modules use each other in a circle: ${chain.join(' -> ')}`
  return error(kind, span, message, {
    tremor: { message: `Cyclic dependency detected: ${chain.join(' -> ')}`, context: 'none' },
  })
}
