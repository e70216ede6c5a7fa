/** Every example of every function of the standard library gives what it says. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileScript } from '#dsl/compile.ts'
import type { Example } from '#dsl/function.ts'
import { encodeJson } from '#dsl/json.ts'
import type { Frame, ScriptProgram } from '#dsl/program.ts'
import { frame } from './frame.ts'
import { library, world } from './load.ts'

for (const [path, module] of library) {
  if (module.functions.size === 0) continue
  describe(path, () => {
    for (const [name, { examples }] of module.functions) {
      test(`${name} has an example`, () => assert.ok(examples.length > 0))
      for (const example of examples) test(example[0], () => check(path, example))
    }
  })
}

/** What tremor 0.11.12 has; ours may have more. */
const theirs: Readonly<Record<string, string>> = {
  'cncf::otel':
    'gen_span_id_string gen_span_id_bytes gen_span_id_array gen_trace_id_string gen_trace_id_bytes gen_trace_id_array',
  'cncf::otel::logs::severity': 'to_string indicates_error make_default',
  'cncf::otel::logs::traceflags': 'from_int is_valid make_default',
  'cncf::otel::span_id': 'is_valid',
  'cncf::otel::trace::spankind': 'make_default',
  'cncf::otel::trace::status': 'ok error',
  'cncf::otel::trace_id': 'is_valid',
  'std::array': 'len is_empty contains push zip unzip flatten coalesce join',
  'std::base64': 'encode decode',
  'std::binary': 'len from_bytes into_bytes',
  'std::datetime':
    'parse format iso8601 year month day hour minute second millisecond microsecond nanosecond subsecond today to_nearest_millisecond to_nearest_microsecond to_nearest_second without_subseconds from_human_format with_nanoseconds with_microseconds with_milliseconds with_seconds with_minutes with_hours with_days with_weeks with_years',
  'std::float': 'parse',
  'std::integer': 'parse',
  'std::json': 'decode encode encode_pretty',
  'std::math': 'floor ceil round trunc max min',
  'std::random': 'bool string integer float',
  'std::range': 'range contains',
  'std::re': 'replace replace_all is_match split',
  'std::record': 'len is_empty contains keys values to_array from_array select merge rename',
  'std::string':
    'format is_empty len bytes replace trim trim_start trim_end lowercase uppercase capitalize substr split contains from_utf8_lossy into_binary',
  'std::test': 'assert suite test',
  'std::type':
    'as_string is_null is_bool is_integer is_float is_number is_string is_array is_record is_binary',
  'std::url': 'encode decode',
  'tremor::chash': 'jump jump_with_keys sorted_serialize',
  'tremor::origin': 'scheme host port path as_uri_string as_uri_record',
  'tremor::system': 'hostname ingest_ns instance nanotime version',
}

test('the library is whole: 107 functions of tremor, and the 28 of datetime', () => {
  const names = Object.entries(theirs).flatMap(([path, list]) =>
    list.split(' ').map((name) => [path, name] as const),
  )
  assert.equal(names.length, 107 + 28)
  for (const [path, name] of names) assert.ok(library.get(path)?.functions.has(name), `${path}::${name}`)
})

test('every constant says what it means', () => {
  for (const [path, { constants }] of library) {
    for (const [name, { doc }] of constants) assert.match(doc, /\.$/, `${path}::${name}`)
  }
})

test('chance does not repeat within an event, and does in a replay', () => {
  const draw = compiled(
    'use std::random;\n[random::integer(), random::integer(), random::float(), random::string(8)]',
  )
  const first = run(draw, frame())
  assert.equal(run(draw, frame()), first)
  assert.notEqual(run(draw, frame({ ingestNs: 1n })), first)
  const [left, right] = JSON.parse(first)
  assert.notEqual(left, right)
})

/** What examples may use besides the module they stand in. */
const COMMON = ['std::array', 'std::binary', 'std::string', 'std::type']

function check(path: string, [call, expected]: Example): void {
  const source = [...new Set([path, ...COMMON])].map((each) => `use ${each};\n`).join('') + call
  const { result, findings } = compileScript({ name: 'example.tremor', text: source }, world)
  const errors = findings.filter(({ severity }) => severity === 'error').map(({ message }) => message)
  const got = errors.length > 0 ? `error: ${errors.join('; ')}` : run(result!, frame())
  if (!expected.startsWith('error: ')) return assert.equal(got, expected)
  assert.ok(got.startsWith('error: ') && got.includes(expected.slice('error: '.length)), got)
}

function compiled(text: string): ScriptProgram {
  const { result, findings } = compileScript({ name: 'example.tremor', text }, world)
  assert.ok(result, JSON.stringify(findings.map(({ message }) => message)))
  return result
}

function run(program: ScriptProgram, frame: Frame): string {
  try {
    const value = program.run(frame)
    return typeof value === 'symbol' ? 'dropped' : encodeJson(value)
  } catch (error) {
    return `error: ${(error as Error).message}`
  }
}
