/** What of a plan both ways of running a world ask: where calls wait, and what becomes of it when another takes its place. */
import type { buildPlan } from './build.ts'
import type { PlanSpec } from './spec.ts'

/** Offramps with fewer places than this may keep calls waiting. */
const roomy = 100

/** Where a call may have to wait for its turn. */
export function crowdedIn(plan: PlanSpec): ReadonlySet<string> {
  // What goes round takes another place each time.
  if (plan.links.some(goesBack)) return new Set(plan.offramps.map(({ id }) => id))
  return new Set(plan.offramps.filter((each) => each.concurrency < roomy).map(({ id }) => id))
}

/** From an offramp to where requests come from. */
function goesBack(link: string): boolean {
  const [from, to] = link.split(' -> ') as [string, string]
  if (!from.startsWith('/offramp')) return false
  return to.startsWith('/pipeline/q') || (to.startsWith('/offramp') && idOf(to) <= idOf(from))
}

function idOf(address: string): string {
  return address.split('/')[2]!
}

/**
 * What did not change is shared by two generations, and an event that enters a shared pipeline leaves it for the offramps of
 * the new one, whose answers go the new way.
 */
export function sharing(before: PlanSpec, after: PlanSpec): PlanSpec {
  const isWay = (text: string) => text.startsWith('/onramp') || text.startsWith('/pipeline/q')
  return {
    ...before,
    offramps: after.offramps,
    pipelines: [
      ...before.pipelines.filter(({ id }) => id.startsWith('q')),
      ...after.pipelines.filter(({ id }) => !id.startsWith('q')),
    ],
    links: [...before.links.filter(isWay), ...after.links.filter((link) => !isWay(link))],
  }
}

/** Two onramps for one port: the second cannot start. */
export function unstartable(plan: ReturnType<typeof buildPlan>): ReturnType<typeof buildPlan> {
  const first = plan.onramps[0]!
  return { ...plan, onramps: [{ ...first, address: '/onramp/other/01', id: 'other' }, ...plan.onramps] }
}
