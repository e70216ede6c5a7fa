import type { EndPlan } from '#engine/binding/plan.ts'

/** `/pipeline/p/01/in` as the end of a link. */
export function parseAddress(text: string): EndPlan {
  const [, kind, id, instance, port] = text.split('/') as [string, EndPlan['kind'], string, string, string]
  return { address: `/${kind}/${id}/${instance}`, kind, port }
}
