/** Values in logs: short whatever they are, and never with a secret in them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { masked } from '#dsl/masked.ts'
import { isSecretName, secretsIn } from '#dsl/secrets.ts'
import type { Value } from '#dsl/value.ts'

const secretNames =
  'password Passwords dbPassword password_hash passwd pwd secret client_secret secretValue token access_token refreshToken x-auth-token Authorization proxy-authorization cookie Set-Cookie cookies apikey api_key apiKey x-api-key X-API-Key privateKey access-key sessionId credentials jwt'.split(
    ' ',
  )
const otherNames =
  'name key keys id token_count tokens total_tokens tokenizer compass author authorized monkey session secretary status __proto__ pass'.split(
    ' ',
  )

for (const name of secretNames) test(`${name} names a secret`, () => assert.equal(isSecretName(name), true))
for (const name of otherNames) test(`"${name}" names none`, () => assert.equal(isSecretName(name), false))

const CANARY = 'kanarienvogel-7'

/** Values with the canary below a secret name somewhere, and again anywhere else. */
const holding = fc.letrec<{ value: Value; record: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<Value>(1, null, 'x', CANARY, `Bearer ${CANARY}`, `a ${CANARY} b`),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('record'),
  ),
  record: fc.dictionary(
    fc.constantFrom('a', 'b', 'list', CANARY, ...secretNames.slice(0, 6)),
    tie('value') as fc.Arbitrary<Value>,
  ) as fc.Arbitrary<Value>,
}))

test('a value that stands below the name of a secret is shown nowhere', () => {
  fc.assert(
    fc.property(holding.value, (value) => {
      const seen: Value = { event: value, token: [{ deep: CANARY }] }
      const text = masked(value, { secrets: secretsIn([seen]) })
      assert.ok(!text.includes(CANARY), text)
    }),
    { seed: 5, numRuns: 500 },
  )
})

test('a value is one short line, whatever it is', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = masked(value as Value)
      assert.ok(text.length < 1500 && !/[\x00-\x1f\x7f-\x9f]/.test(text), text)
    }),
    { seed: 5, numRuns: 500 },
  )
})

test('shapes', () => {
  const rows: readonly (readonly [value: Value, text: string])[] = [
    [null, 'null'],
    [1n << 63n, '9223372036854775808'],
    ['a"b', '"a\\"b"'],
    ['😀'.repeat(30), `"${'😀'.repeat(20)}…" (60 characters)`],
    ['a'.repeat(20_000_000), `"${'a'.repeat(40)}…" (20000000 characters)`],
    [new Uint8Array(3), '<<3 bytes>>'],
    [[1, [2, [3, [4]]]], '[1,[2,[3,[…]]]]'],
    [{ a: {}, b: [] }, '{"a":{},"b":[]}'],
    [{ password: { a: 'x', b: [1, true] } }, '{"password":{"a":(secret),"b":[(secret),true]}}'],
    [Array.from({ length: 100 }, (_, at) => at), '[0,1,2,3,4,5,… 94 more]'],
  ]
  for (const [value, text] of rows) assert.equal(masked(value), text)
})
