/** The table of contents of the compiler: the passes in order, nothing else. */
import { type Diagnostic, hasErrors } from './diagnostic.ts'
import { tooDeep } from './grammar/findings.ts'
import type { Graph } from './graph.ts'
import { parseQuery, parseScript } from './passes/1-parse.ts'
import { resolveQuery, resolveScript } from './passes/2-resolve.ts'
import { checkQuery, checkScript } from './passes/3-check.ts'
import { constantOf, optimise } from './passes/4-optimise.ts'
import { optimiseQuery } from './passes/4-optimise-query.ts'
import { emitScript } from './passes/5-emit.ts'
import { buildGraph } from './passes/6-graph.ts'
import type { ScriptProgram } from './program.ts'
import { type Source, spanOf } from './source.ts'
import type { World } from './world.ts'

/** What came of a text: the thing, unless there are errors, and every finding. */
export interface Compiled<T> {
  readonly result?: T
  readonly findings: readonly Diagnostic[]
}

/** Compiles a `.tremor` file. Never throws for bad input. */
export function compileScript(source: Source, world: World): Compiled<ScriptProgram> {
  return guarded(source, () => {
    const parsed = parseScript(source)
    const { findings, report } = listen(parsed.findings)
    const { script } = resolveScript(parsed, { world, fold: constantOf, report })
    checkScript(script, { world, broken: parsed.broken, whole: !hasErrors(parsed.findings) }, report)
    const optimised = optimise(script, report)
    return done(hasErrors(findings) ? undefined : emitScript(optimised), findings)
  })
}

/** Compiles a `.trickle` file; `stem` names the pipeline unless `#!config id` does. Never throws for bad input. */
export function compileQuery(source: Source, stem: string, world: World): Compiled<Graph> {
  return guarded(source, () => {
    const parsed = parseQuery(source)
    const { findings, report } = listen(parsed.findings)
    const resolved = resolveQuery(parsed, { world, fold: constantOf, report })
    checkQuery(resolved, { world, broken: parsed.broken, whole: !hasErrors(parsed.findings) }, report)
    const optimised = optimiseQuery(resolved, report)
    return done(hasErrors(findings) ? undefined : buildGraph(optimised, stem, report), findings)
  })
}

/** Texts are bounded where they are parsed; what is left, such as a thousand functions that call one another, is told. */
function guarded<T>(source: Source, compile: () => Compiled<T>): Compiled<T> {
  try {
    return compile()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const message = 'Text nested too deeply: the compiler cannot follow its functions or modules to the end'
    const labels = [{ span: spanOf(source, 0, Math.min(1, source.text.length)) }] as const
    return { findings: [{ code: tooDeep.code, severity: 'error', origin: 'temblor', message, labels }] }
  }
}

/** Findings in the order of the text. A graph may have brought errors of its own. */
function done<T>(result: T | undefined, findings: readonly Diagnostic[]): Compiled<T> {
  const sources = [...new Set(findings.map(({ labels: [{ span }] }) => span.source))]
  const sorted = findings.toSorted(({ labels: [{ span: a }] }, { labels: [{ span: b }] }) =>
    a.source === b.source ? a.start - b.start : sources.indexOf(a.source) - sources.indexOf(b.source),
  )
  return result === undefined || hasErrors(findings) ? { findings: sorted } : { result, findings: sorted }
}

/** A growing list of findings. The same about the same place is told once, however many ways lead to it. */
function listen(first: readonly Diagnostic[]) {
  const findings = [...first]
  const told = new Set(findings.map(keyOf))
  return { findings, report }

  function report(finding: Diagnostic): void {
    const key = keyOf(finding)
    if (told.has(key)) return
    told.add(key)
    findings.push(finding)
  }
}

function keyOf({ code, message, labels: [{ span }] }: Diagnostic): string {
  return `${code} ${span.source.name} ${span.start} ${span.end} ${message}`
}
