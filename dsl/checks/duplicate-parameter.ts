import { defineDiagnostic } from '../diagnostic.ts'
import { walkTree } from '../walk.ts'
import { type Check, error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0117',
  title: 'parameter declared twice',
  explain:
    'The parameters of a function have different names: of two that have the same, one could never be read.',
  wrong: 'fn f(a, a) with a end;\nf(1, 2)',
  right: 'fn f(a, b) with a + b end;\nf(1, 2)',
})
export default kind

export const duplicateParameter: Check = {
  kind,
  run(tree) {
    const findings: ReturnType<typeof error>[] = []
    walkTree(tree, {
      fn({ name, params }) {
        for (const [at, param] of params.entries()) {
          const first = params.find((other) => other.name === param.name)!
          if (params.indexOf(first) === at) continue
          findings.push(
            error(kind, param.span, `Function "${name}" has two parameters of the name "${param.name}"`, {
              origin: 'temblor',
              also: [{ span: first.span, message: 'first declared here' }],
              help: 'Give one of them another name',
            }),
          )
        }
      },
    })
    return findings
  },
}
