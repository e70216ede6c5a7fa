/** Which members of the event the compiler says a script touches; nothing else of a document is decoded for it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeJson, encodeSorted } from '#dsl/json.ts'
import { decodePart, encodePart, wholeOf } from '#dsl/json-part.ts'
import { keysOf } from '#dsl/json-skim.ts'
import { emitScript } from '#dsl/passes/5-emit.ts'
import { DROP, ScriptError, type ScriptProgram } from '#dsl/program.ts'
import type { Rec, Value } from '#dsl/value.ts'
import { evalFrame } from '#engine/eval.ts'
import { body } from './programs.ts'
import { compile } from './support.ts'

/** `all` of the event, or keys; then what it emits: the event, changed perhaps, or something else. */
const scripts: readonly (readonly [script: string, touches: string])[] = [
  ['event', ': the event'],
  ['drop', ': the event'],
  ['event.a', 'a: other'],
  ['event.a.b[0] + event["c"]', 'a c: other'],
  ['let event.a = event.b; event', 'a b: the event'],
  ['let event.a.b.c = 1; emit event => "x"', 'a: the event'],
  ['present event.a', 'a: other'],
  ['{"x": event.a, "y": "#{event.b}"}', 'a b: other'],
  ['patch event of insert "a" => event.b, erase "c" end', 'a b c: the event'],
  ['patch event of move "a" => "b", copy "c" => "d" end', 'a b c d: the event'],
  ['patch event of merge "a" => {"x": 1}, merge => {"b": 2} end', 'a b: the event'],
  ['merge event of {"a": event.b} end', 'a b: the event'],
  ['let event = merge event of {"a": null} end; event', 'a: the event'],
  ['let event = patch patch event of erase "a" end of upsert "b" => 1 end; event', 'a b: the event'],
  [
    'match event of case %{ a == 1, present b } => event case r = %{ c ~= %{ present d } } => emit event => "x" default => drop end',
    'a b c: the event',
  ],
  ['match event of case %{ a > 1 } => let $x = event.d default => null end; event', 'a d: the event'],
  ['match event of case %{ present a } => {"x": 1} default => drop end', 'a: other'],
  ['match $x of case 1 => drop default => event end', ': the event'],
  ['match event.a of case 1 => event default => {} end', 'all'],
  ['match event of case %{ present a } => 1 case x = _ => 2 default => 3 end', 'all'],
  ['match event of case {"a": 1} => 1 default => 3 end', 'all'],
  ['match event of case [] => 1 default => 3 end', 'all'],
  ['let x = event; x.a', 'all'],
  ['let $x = event; event', 'all'],
  ['{"all": event}', 'all'],
  ['"#{event}"', 'all'],
  ['event[$x]', 'all'],
  ['event == {"a": 1}', 'all'],
  ['for event of case (k, v) => k end', 'all'],
  ['let event = {"a": event.a}; event', 'all'],
  ['let event = event.a; event', 'all'],
  ['let event[$k] = 1; event', 'all'],
  ['patch event of insert $k => 1 end', 'all'],
  ['merge event of event.a end', 'all'],
  ['let x = patch event of insert "a" => 1 end; x', 'all'],
  ['use std::record; record::keys(event)', 'all'],
  ['fn f(x) with x end;\nf(event)', 'all'],
  ['event["0"]', 'all'],
]

for (const [script, expected] of scripts) {
  test(`${script} touches ${expected}`, () => {
    const { touches } = compile(script).demand
    const said =
      touches && `${[...touches.keys].sort().join(' ')}: ${touches.emitsEvent ? 'the event' : 'other'}`
    assert.equal(said ?? 'all', expected)
  })
}

/** What comes of one event, all told, of all of it or of what is touched. */
function outcome(program: ScriptProgram, document: string, partly: boolean): string {
  const part = partly ? decodePart(Buffer.from(document), keysOf(program.demand.touches!.keys)!) : undefined
  const frame = evalFrame()
  frame.event = part === undefined ? decodeJson(document) : part.value
  try {
    const made = program.run(frame)
    const about = `${frame.port} ${encodeSorted(frame.meta)} ${encodeSorted(frame.state)}`
    if (made === DROP) return `dropped ${about}`
    const isEvent = part !== undefined && program.demand.touches!.emitsEvent
    if (!isEvent) return `${encodeSorted(made as Value)} ${about}`
    assert.equal(
      encodeSorted(decodeJson(encodePart(part, made as Rec))),
      encodeSorted(wholeOf(part, made as Rec)),
    )
    return `${encodeSorted(wholeOf(part, made as Rec))} ${about}`
  } catch (error) {
    if (error instanceof ScriptError) return `failed ${error.code}`
    throw error
  }
}

const documents = [
  '{"a":1,"b":{"c":[1,2],"a":"x"},"other":[1,2,3]}',
  '{"a":{"a":{"b":1}},"k":"text","unknown":1.0}',
  '{"k":null,"b":[],"last":true}',
  '{}',
]

test('a random program does the same with what it touches as with all of the event', () => {
  let compared = 0
  fc.assert(
    fc.property(body, fc.constantFrom(...documents), (items, document) => {
      const span = { source: { name: 'random', text: '' }, start: 0, end: 0 }
      const program = emitScript({ kind: 'script', items, span })
      const { touches } = program.demand
      if (touches === undefined) return
      compared += 1
      assert.equal(outcome(program, document, true), outcome(program, document, false))
    }),
    { numRuns: 400, seed: 5 },
  )
  assert.ok(compared > 40, `${compared} programs touch parts`)
})

test('scripts do the same with what they touch as with all of the event', () => {
  for (const [script, expected] of scripts) {
    if (expected === 'all') continue
    const program = compile(script)
    for (const document of documents)
      assert.equal(
        outcome(program, document, true),
        outcome(program, document, false),
        `${script} of ${document}`,
      )
  }
})
