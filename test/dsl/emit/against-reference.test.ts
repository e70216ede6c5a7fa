/** Random programs do what the reference does with them: the same value, port, metadata and state, or the same failure. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Expr } from '#dsl/ast.ts'
import { encodeJson } from '#dsl/json.ts'
import { optimise } from '#dsl/passes/4-optimise.ts'
import { emitScript } from '#dsl/passes/5-emit.ts'
import { DROP, ScriptError } from '#dsl/program.ts'
import type { Rec, Value } from '#dsl/value.ts'
import { evalFrame } from '#engine/eval.ts'
import { body, record, value } from './programs.ts'
import { recursion } from './recursions.ts'
import { Failure, type Run, runReference } from './reference.ts'

const span = { source: { name: 'random', text: '' }, start: 0, end: 0 }

interface Outcome {
  readonly result: string
  readonly port: string | undefined
  readonly after: string
}

function emitted(items: readonly Expr[], [event, meta]: readonly [Value, Value], fold: boolean): Outcome {
  const script = { kind: 'script' as const, items, span }
  const program = emitScript(fold ? optimise(script, () => {}) : script)
  const frame = evalFrame()
  frame.event = event
  frame.meta = meta
  frame.args = meta as Rec
  let result: string
  try {
    const made = program.run(frame)
    result = made === DROP ? 'drop' : encodeJson(made)
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error
    result = `failed: ${error.message}`
  }
  return {
    result,
    port: result.startsWith('failed') ? undefined : frame.port,
    after: encodeJson([frame.event, frame.meta, frame.state]),
  }
}

function expected(items: readonly Expr[], [event, meta]: readonly [Value, Value]): Outcome {
  const run: Run = { event, meta, state: null, args: meta, port: undefined, locals: new Map() }
  let result: string
  try {
    const made = runReference(items, run)
    result = made === undefined ? 'drop' : encodeJson(made)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    result = `failed: ${error.message}`
  }
  return {
    result,
    port: result.startsWith('failed') ? undefined : run.port,
    after: encodeJson([run.event, run.meta, run.state]),
  }
}

const options = { numRuns: Number(process.env['RUNS'] ?? 120) }

test('what is emitted does what the tree says', () => {
  fc.assert(
    fc.property(body, fc.oneof(record, value), record, (items, event, meta) => {
      const before = encodeJson([event, meta])
      assert.deepEqual(emitted(items, [event, meta], false), expected(items, [event, meta]))
      assert.equal(encodeJson([event, meta]), before, 'what came in was changed in place')
    }),
    options,
  )
})

test('functions that recur do what the tree says', () => {
  fc.assert(
    fc.property(recursion, (items) => {
      assert.deepEqual(emitted(items, [null, null], false), expected(items, [null, null]))
    }),
    { ...options, numRuns: 4 * options.numRuns },
  )
})

test('folding changes nothing but the wording of failures', () => {
  const outcome = (it: Outcome): Outcome => ({ ...it, result: it.result.replace(/^failed.*$/s, 'failed') })
  fc.assert(
    fc.property(body, record, record, (items, event, meta) => {
      const [folded, plain] = [emitted(items, [event, meta], true), emitted(items, [event, meta], false)]
      assert.deepEqual(outcome(folded), outcome(plain))
    }),
    options,
  )
})

test('no program reaches a prototype', () => {
  const canary = Object.getOwnPropertyNames(Object.prototype).sort().join()
  fc.assert(
    fc.property(body, record, record, (items, event, meta) => {
      emitted(items, [event, meta], true)
      assert.equal(Object.getOwnPropertyNames(Object.prototype).sort().join(), canary)
      assert.equal(({} as Record<string, unknown>)['a'], undefined)
    }),
    options,
  )
})
