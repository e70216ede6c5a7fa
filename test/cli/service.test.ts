/** What a running Temblor does when its files change: something valid runs afterwards, whatever they hold. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Plan } from '#engine/binding/plan.ts'
import { createService, type Loaded } from '#engine/cli/service.ts'
import type { Engine } from '#engine/deploy/engine.ts'
import { silentLog } from '#engine/log.ts'
import { createMetrics } from '#engine/metrics.ts'
import { handClock } from '#engine/tools/hand-clock.ts'

function planOf(form: string): Plan {
  const onramp = { address: '/onramp/a/01', form }
  return {
    onramps: [onramp],
    offramps: [],
    pipelines: [],
    links: [],
    bindings: [],
    files: [form],
  } as unknown as Plan
}

function valid(form: string): Loaded {
  return { plan: planOf(form), files: [form], report: '', errors: 0, warnings: 0 }
}

const invalid: Loaded = { files: ['bad.yaml'], report: 'error[E0601]: …', errors: 1, warnings: 0 }

/** A service whose next configurations are given, around an engine that remembers what was applied to it. */
function serving(...next: Loaded[]) {
  const applied: string[] = []
  const said: string[] = []
  const behaviour = { fails: false, whole: true }
  const engine = {
    async apply(plan: Plan) {
      if (behaviour.fails) throw new Error('Cannot start /onramp/a/01: port taken')
      applied.push(plan.onramps[0]!.form)
    },
    status: () => ({ revision: applied.length, draining: false, listens: [], inFlight: 0 }),
    stop: async () => behaviour.whole,
  } as unknown as Engine
  const log = {
    ...silentLog,
    error: (_: unknown, text?: string) => void said.push(text!),
    info: (_: unknown, text?: string) => void said.push(text!),
  }
  const metrics = createMetrics()
  const service = createService({
    engine,
    clock: handClock(),
    log,
    metrics,
    load: async () => next.shift()!,
    graceMs: 1000,
  })
  return { service, applied, said, behaviour, metrics }
}

suite('reload', () => {
  test('a valid change is applied', async () => {
    const { service, applied, said } = serving(valid('b'))
    await service.begin(planOf('a'))
    assert.deepEqual(await service.reload('file changed'), { outcome: 'applied', files: ['b'] })
    assert.deepEqual(applied, ['a', 'b'])
    assert.deepEqual(said, ['Configuration applied'])
  })

  test('an invalid one is reported and the old one stays; mending it brings the new one', async () => {
    const { service, applied, said } = serving(invalid, valid('b'))
    await service.begin(planOf('a'))
    assert.deepEqual(await service.reload('file changed'), { outcome: 'invalid', files: ['bad.yaml'] })
    assert.deepEqual(applied, ['a'])
    assert.deepEqual(said, ['Configuration is invalid, the old one stays'])
    assert.equal((await service.reload('file changed')).outcome, 'applied')
  })

  test('one that is valid but cannot start is reported and the old one stays; trying again tries again', async () => {
    const { service, applied, said, behaviour } = serving(valid('b'), valid('b'))
    await service.begin(planOf('a'))
    behaviour.fails = true
    assert.equal((await service.reload('SIGHUP')).outcome, 'failed')
    assert.deepEqual(said, ['Configuration could not be applied, the old one stays'])
    behaviour.fails = false
    assert.equal((await service.reload('SIGHUP')).outcome, 'applied')
    assert.deepEqual(applied, ['a', 'b'])
  })

  test('an edit that changes nothing that runs is no new revision', async () => {
    const { service, applied, said } = serving(valid('a'))
    await service.begin(planOf('a'))
    assert.equal((await service.reload('file changed')).outcome, 'unchanged')
    assert.deepEqual([applied, said], [['a'], []])
  })

  test('two at once come one after the other', async () => {
    const { service, applied } = serving(valid('b'), valid('c'))
    await service.begin(planOf('a'))
    await Promise.all([service.reload('x'), service.reload('y')])
    assert.deepEqual(applied, ['a', 'b', 'c'])
  })

  test('none while draining', async () => {
    const { service, applied } = serving(valid('b'))
    await service.begin(planOf('a'))
    void service.stop('SIGTERM')
    assert.equal((await service.reload('SIGHUP')).outcome, 'unchanged')
    assert.deepEqual(applied, ['a'])
  })

  test('what came of it is counted', async () => {
    const { service, metrics } = serving(valid('b'), invalid)
    await service.begin(planOf('a'))
    await service.reload('x')
    await service.reload('x')
    const text = await metrics.render()
    assert.match(text, /^temblor_config_reloads_total\{result="applied"\} 2$/m)
    assert.match(text, /^temblor_config_reloads_total\{result="invalid"\} 1$/m)
    assert.match(text, /^temblor_config_last_reload_success 0$/m)
  })
})

suite('readiness', () => {
  const troubles = ({ service }: ReturnType<typeof serving>) =>
    service.ready().flatMap(({ name, trouble }) => (trouble ? [name] : []))

  test('not before a configuration runs, not while draining, and an invalid edit does not touch it', async () => {
    const served = serving(invalid)
    assert.deepEqual(troubles(served), ['config'])
    await served.service.begin(planOf('a'))
    assert.deepEqual(troubles(served), [])
    await served.service.reload('file changed')
    assert.deepEqual(troubles(served), [])
    void served.service.stop('SIGTERM')
    assert.deepEqual(troubles(served), ['draining'])
  })
})

test('stopping says whether every request was finished', async () => {
  const { service, behaviour } = serving()
  behaviour.whole = false
  assert.equal(await service.stop('SIGTERM'), false)
})
