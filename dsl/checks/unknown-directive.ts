import type { Query } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { nearest } from '../nearest.ts'
import { warning } from './finding.ts'

const kind = defineDiagnostic({
  code: 'W0111',
  title: 'unknown directive',
  explain: 'A query knows the directives `#!config id = "…"` and `#!config metrics_interval_s = …`.',
  wrong: '#!config idd = "main"\nselect event from in into out;',
  right: '#!config id = "main"\nselect event from in into out;',
})
export default kind

const known = ['id', 'metrics_interval_s']

export function unknownDirectives({ config }: Query): Diagnostic[] {
  return config
    .filter(({ key }) => !known.includes(key))
    .map(({ key, span }) => {
      const near = nearest(key, known)
      return warning(kind, span, `Unknown directive "${key}": it has no effect`, {
        origin: 'temblor',
        help: near === undefined ? 'Known are "id" and "metrics_interval_s"' : `Did you mean "${near}"?`,
      })
    })
}
