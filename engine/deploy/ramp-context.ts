import type { RampPlan } from '../binding/plan.ts'
import { chance } from '../chance.ts'
import type { Codec } from '../codec.ts'
import { mediaType } from '../http/headers.ts'
import type { RampContext } from '../ramp.ts'
import type { World } from './world.ts'

/** A request waits this long for its answer unless the onramp says otherwise (`deadline: none` must be written). */
const defaultDeadlineMs = 30_000

/** The keys that all ramps share, resolved against the catalogue. Plans reach here checked: an unknown name is our bug. */
export function rampContext(plan: RampPlan, uid: number, world: World): RampContext {
  const { catalogue } = world
  const definition =
    plan.kind === 'onramp' ? catalogue.onramps.get(plan.type) : catalogue.offramps.get(plan.type)
  const codecName = plan.codec ?? definition!.defaultCodec
  const byType = new Map<string, Codec>()
  for (const codec of catalogue.codecs.values()) for (const type of codec.mime) byType.set(type, codec)
  for (const [type, name] of Object.entries(plan.codecMap))
    byType.set(type.toLowerCase(), catalogue.codecs.get(name)!)
  return {
    address: plan.address,
    uid,
    linked: plan.linked,
    deadlineMs:
      plan.deadlineMs === undefined
        ? defaultDeadlineMs
        : Number.isFinite(plan.deadlineMs)
          ? plan.deadlineMs
          : null,
    codec: catalogue.codecs.get(codecName)!,
    codecName,
    codecFor: remembered((contentType) => byType.get(mediaType(contentType))),
    preprocessors: plan.preprocessors.map((name) => catalogue.preprocessors.get(name)!),
    postprocessors: plan.postprocessors.map((name) => catalogue.postprocessors.get(name)!),
    clock: world.clock,
    log: world.log,
    metrics: world.metrics,
    transport: world.transport,
    connectTo: world.connectTo,
    instance: world.instance,
    worker: world.worker,
    random: world.random ?? chance(world.clock.wallNs() + BigInt(uid)),
  }
}

/** The same few Content-Types come with every message. */
function remembered<T>(find: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    let found = known.get(text)
    if (found === undefined && !known.has(text)) {
      found = find(text)
      if (known.size < 256) known.set(text, found)
    }
    return found as T
  }
}
