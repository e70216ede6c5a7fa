/** A configuration to a plan: artefacts looked up, placeholders filled in, everything checked, nodes and links made concrete. */
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { hasErrors } from '#dsl/diagnostic.ts'
import type { Catalogue } from '../catalogue.ts'
import { loadFolder } from '../catalogue.ts'
import { modelOf } from './artefacts.ts'
import type { Config } from './config.ts'
import { planOf } from './layout.ts'
import type { BindingCheck, Found, Model } from './model.ts'
import type { Plan } from './plan.ts'

export interface Linked {
  /** Absent if there are errors. */
  readonly plan?: Plan
  /** Of the configuration and of its links, sorted by file and place. */
  readonly findings: readonly Diagnostic[]
}

/** Checks what refers to what and lays out what is to run. Never throws for bad input. */
export async function linkConfig(config: Config, catalogue: Catalogue): Promise<Linked> {
  const model = modelOf(config, catalogue)
  const findings = sorted([...config.findings, ...(await runChecks(model))])
  return hasErrors(findings) ? { findings } : { plan: planOf(model), findings }
}

let checks: Promise<ReadonlyMap<string, BindingCheck>> | undefined

/** The checks of the folder `checks/`. */
export function loadChecks(): Promise<ReadonlyMap<string, BindingCheck>> {
  checks ??= loadFolder<BindingCheck>('./binding/checks/')
  return checks
}

async function runChecks(model: Model): Promise<readonly Diagnostic[]> {
  const found = new Map<string, Diagnostic>()
  for (const check of (await loadChecks()).values()) {
    for (const finding of check.run(model)) {
      const { span } = finding.labels[0]
      // Two instances of one binding have the same mistake once.
      const key = `${check.code} ${span.source.name} ${span.start} ${finding.message}`
      if (!found.has(key)) found.set(key, complete(check, finding))
    }
  }
  return [...found.values()]
}

function complete({ code }: BindingCheck, finding: Found): Diagnostic {
  return { code, severity: code.startsWith('W') ? 'warning' : 'error', origin: 'temblor', ...finding }
}

/** By file, then by place; what stands at one place in the order it was found. */
function sorted(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  const place = ({ labels: [{ span }] }: Diagnostic) => span
  return [...findings].sort((one, other) => {
    const [a, b] = [place(one), place(other)]
    if (a.source.name !== b.source.name) return a.source.name < b.source.name ? -1 : 1
    return a.start - b.start
  })
}
