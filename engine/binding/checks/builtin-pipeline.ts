import type { Span } from '#dsl/source.ts'
import { defineCheck, endsOf } from '../model.ts'

export default defineCheck({
  code: 'W0721',
  title: 'built-in pipeline used',
  explain:
    'A link names a pipeline that no file of yours defines, and Temblor has one of this name. It is used; a file of the same name takes its place.',
  wrong:
    'binding:\n  - id: main\n    links:\n      /onramp/in/{instance}/err: /pipeline/internal_error_processing/{instance}/in',
  *run(model) {
    const uses = new Map<string, Set<Span>>()
    for (const end of endsOf(model)) {
      const artefact = model.find(end.address)
      // What begins with `system::` says so itself, and a route takes the built-in one by default.
      if (artefact?.kind !== 'pipeline' || !artefact.builtin) continue
      if (artefact.spec.id.startsWith('system::') || end.link.binding.isRoute) continue
      uses.set(artefact.spec.id, (uses.get(artefact.spec.id) ?? new Set()).add(end.span))
    }
    for (const [id, spans] of uses) {
      const [span, ...others] = [...spans]
      yield {
        message: `No file defines the pipeline "${id}": the built-in one is used`,
        labels: [{ span: span! }],
        notes:
          others.length === 0
            ? []
            : [`It is linked in ${others.length} more ${others.length === 1 ? 'place' : 'places'}`],
        help: `To answer otherwise, add "${id}.trickle"`,
      }
    }
  },
})
