/** The unit assertions of tremor's standard library: `test::test` and plain expressions in the lists of `test::suite`. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Expr, RecordExpr } from '#dsl/ast.ts'
import { hasErrors } from '#dsl/diagnostic.ts'
import { evals } from '#dsl/emit/module.ts'
import { encodeJson } from '#dsl/json.ts'
import { parseScript } from '#dsl/passes/1-parse.ts'
import { resolveScript } from '#dsl/passes/2-resolve.ts'
import { constantOf } from '#dsl/passes/4-optimise.ts'
import { evalFrame } from '../../engine/eval.ts'
import { type Case, worldFor } from './suite.ts'

const FILES = ['std', 'tremor']

/** One case per assertion. */
export async function unitCases(root: string): Promise<{ name: string; run: () => string | undefined }[]> {
  const cases = []
  for (const folder of FILES) {
    const text = readFileSync(join(root, 'tremor-cli/tests/stdlib', folder, 'all.tremor'), 'utf8')
    const it: Case = { family: 'unit', name: folder, folder: root, root, ignored: false }
    const world = await worldFor(it)
    const parsed = parseScript({ name: `${folder}/all.tremor`, text })
    const findings = [...parsed.findings]
    const { script } = resolveScript(parsed, {
      world,
      fold: constantOf,
      report: (finding) => findings.push(finding),
    })
    if (hasErrors(findings)) throw new Error(findings.map(({ message }) => message).join('\n'))
    for (const item of script.items)
      if (item.kind === 'call' && item.name === 'suite') cases.push(...testsOf(item.args[0]!))
  }
  return cases
}

function testsOf(suite: Expr): { name: string; run: () => string | undefined }[] {
  const name = text(field(suite, 'name'))
  const tests = field(field(suite, 'suite'), 'tests')
  if (tests?.kind !== 'list') return []
  return tests.items.map((test, at) => {
    const isCall = test.kind === 'call' && test.name === 'test'
    const expr = isCall ? field(test.args[0], 'test')! : test
    const title = isCall ? text(field(test.args[0], 'name')) : `expression ${at}`
    return { name: `${name}/${title}`, run: () => judge(expr) }
  })
}

function judge(expr: Expr): string | undefined {
  const frame = evalFrame({
    origin: { scheme: 'tremor-script', host: 'localhost', port: null, path: [] },
    host: { hostname: 'some.machine', version: '0.11.12', nanotime: () => 1n },
  })
  const value = evals([expr], expr.span)[0]!(frame)
  return value === true ? undefined : `got ${encodeJson(value)}`
}

function field(expr: Expr | undefined, name: string): Expr | undefined {
  if (expr?.kind !== 'record') return undefined
  return (expr as RecordExpr).fields.find(({ key }) => key.kind === 'literal' && key.value === name)?.value
}

function text(expr: Expr | undefined): string {
  return expr?.kind === 'literal' ? String(expr.value) : '?'
}
