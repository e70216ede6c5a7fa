/** The table of contents of the compiler: the passes in order, nothing else. */
import { type Diagnostic, hasErrors } from './diagnostic.ts'
import type { Graph } from './graph.ts'
import { parseQuery, parseScript } from './passes/1-parse.ts'
import { resolveQuery, resolveScript } from './passes/2-resolve.ts'
import { checkQuery, checkScript } from './passes/3-check.ts'
import { constantOf, optimise } from './passes/4-optimise.ts'
import { emitScript, emitSelect } from './passes/5-emit.ts'
import { buildGraph } from './passes/6-graph.ts'
import type { ScriptProgram } from './program.ts'
import type { Source } from './source.ts'
import type { World } from './world.ts'

/** What came of a text: the thing, unless there are errors, and every finding. */
export interface Compiled<T> {
  readonly result?: T
  readonly findings: readonly Diagnostic[]
}

/** Compiles a `.tremor` file. Never throws for bad input. */
export function compileScript(source: Source, world: World): Compiled<ScriptProgram> {
  const parsed = parseScript(source)
  const findings = [...parsed.findings]
  const report = reporter(findings)
  const resolved = resolveScript(parsed, { world, fold: constantOf, report })
  checkScript(resolved, world, report)
  const script = optimise(resolved.script, report)
  if (hasErrors(findings)) return { findings }
  return { result: emitScript(script), findings }
}

/** Compiles a `.trickle` file; `stem` names the pipeline unless `#!config id` does. Never throws for bad input. */
export function compileQuery(source: Source, stem: string, world: World): Compiled<Graph> {
  const parsed = parseQuery(source)
  const findings = [...parsed.findings]
  const report = reporter(findings)
  const resolved = resolveQuery(parsed, { world, fold: constantOf, report })
  checkQuery(resolved, world, report)
  return { findings }
}

/** The same finding about the same place is told once, however many ways lead to it. */
function reporter(findings: Diagnostic[]): (finding: Diagnostic) => void {
  const told = new Set(findings.map(keyOf))
  return (finding) => {
    if (told.has(keyOf(finding))) return
    told.add(keyOf(finding))
    findings.push(finding)
  }
}

function keyOf({ code, message, labels: [{ span }] }: Diagnostic): string {
  return `${code} ${span.source.name} ${span.start} ${span.end} ${message}`
}
