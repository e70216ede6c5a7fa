/** The family of queries: every event that leaves, by whatever port, in order. */
import { compileQuery } from '#dsl/compile.ts'
import { encodeSorted } from '#dsl/json.ts'
import { renderTremor } from '#dsl/render.ts'
import { isRecord, type Value } from '#dsl/value.ts'
import { loadCatalogue } from '../../engine/catalogue.ts'
import { type Emitted, evalQuery } from '../../engine/eval.ts'
import { difference, findingOfOurs } from './scripts.ts'
import { type Case, eventsOf, sourceOf, worldFor } from './suite.ts'

/** What went wrong with a case, or nothing. */
export async function runQuery(it: Case): Promise<string | undefined> {
  const source = sourceOf(it, 'query.trickle')
  const { result, findings } = compileQuery(source, 'query', await worldFor(it))
  if (result === undefined) return findings.map((finding) => renderTremor(finding, source)).join('\n')
  const ours = findingOfOurs(findings)
  if (ours !== undefined) return ours
  const catalogue = await loadCatalogue()
  const got = [...evalQuery(result, eventsOf(it, 'in'), { catalogue, origin: null })].flatMap(valuesOf)
  return difference(got.map(encodeSorted), eventsOf(it, 'out').map(encodeSorted))
}

/** A batch counts as the events in it. */
function valuesOf({ value, isBatch }: Emitted): readonly Value[] {
  if (isBatch !== true || !Array.isArray(value)) return [value]
  return value.map((wrapped: Value) => {
    const data = isRecord(wrapped) ? wrapped['data'] : undefined
    return data !== undefined && isRecord(data) ? (data['value'] ?? null) : wrapped
  })
}
