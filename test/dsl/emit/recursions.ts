/**
 * Random functions that `recur`: parameters that stay, change places, change their type from round to round, are captured by patterns
 * or assigned in between, and lists that are read at indexes which are there, are not, or are none.
 */
import fc from 'fast-check'
import type { BinaryOp, Case, Expr, Fn, Pattern, Segment } from '#dsl/ast.ts'
import type { Span } from '#dsl/source.ts'
import { Float, type Value } from '#dsl/value.ts'
import { functions } from '../library/load.ts'

const place: Span = { source: { name: 'random', text: '' }, start: 0, end: 0 }
const span: Span = Object.assign(place, { [fc.toStringMethod]: () => 'span' })

/** The first one counts the rounds, the others do what they like. */
const PARAMS = 4
const COUNTER = 0
/** One that is no parameter. */
const OWN = 4
/** Another one, which patterns bind. */
const CAPTURED = 5

const literal = (value: Value): Expr => ({ kind: 'literal', value, span })
const path = (slot: number, segments: readonly Segment[] = []): Expr & { kind: 'path' } => ({
  kind: 'path',
  root: { kind: 'name', module: [], name: `v${slot}`, slot, span },
  segments,
  span,
})
const binary = (op: BinaryOp, left: Expr, right: Expr): Expr => ({ kind: 'binary', op, left, right, span })
const orElse = (target: Expr, first: Case, body: Expr): Expr => ({
  kind: 'match',
  target,
  cases: [first, clause({ kind: 'default', span }, body)],
  span,
})
const clause = (pattern: Pattern, body: Expr): Case => ({ pattern, body: [body], span })
const bound = (slot: number, pattern: Pattern): Pattern => ({
  kind: 'bind',
  name: `v${slot}`,
  slot,
  pattern,
  span,
})
const is = (value: Value): Pattern => ({ kind: 'expr', expr: literal(value), span })
const assign = (slot: number, value: Expr): Expr => ({ kind: 'let', path: path(slot), value, span })

const scalar = fc.constantFrom<Value>(
  0,
  1,
  2,
  -1,
  1.5,
  new Float(1),
  2 ** 31 - 1,
  2 ** 53 - 1,
  2n ** 63n,
  'a',
  null,
  true,
)

/** What a parameter may be, or become: most often a list or an index. */
const given: fc.Arbitrary<Value> = fc.oneof(
  { weight: 3, arbitrary: fc.array(fc.oneof({ weight: 3, arbitrary: fc.nat(9) }, scalar), { maxLength: 5 }) },
  { weight: 2, arbitrary: fc.integer({ min: -1, max: 3 }) },
  { weight: 1, arbitrary: scalar },
  { weight: 1, arbitrary: scalar.map((value): Value => ({ a: value, toString: value })) },
  { weight: 1, arbitrary: fc.constantFrom<Value>('abc', { '0': 1, '1': [] }, [[1, 2], [0]]) },
)

const slot = fc.integer({ min: 1, max: PARAMS - 1 })
const anySlot = fc.oneof(
  { weight: 5, arbitrary: slot },
  { weight: 1, arbitrary: fc.constantFrom(COUNTER, OWN) },
)

function call(name: string, args: readonly Expr[]): Expr {
  const [module, last] = name.split('::') as [string, string]
  const callee = { kind: 'native', native: functions.get(name)! } as const
  return { kind: 'call', module: [module], name: last, nameSpan: span, args, callee, span }
}

/** A pattern without a name, as parameters are matched by. */
const shape: fc.Arbitrary<Pattern> = fc.oneof(
  scalar.map(is),
  fc.constantFrom<Pattern>(
    { kind: 'any', span },
    { kind: 'array', tests: [], span },
    { kind: 'tuple', tests: [{ kind: 'any', span }], open: true, span },
    { kind: 'record', fields: [{ kind: 'present', key: 'a', span }], span },
  ),
)

const { expr } = fc.letrec<{ expr: Expr; index: Segment }>((tie) => ({
  index: fc.oneof(
    fc.nat(2).map((index): Segment => ({ kind: 'index', index, span })),
    fc.constant<Segment>({ kind: 'key', name: 'a', span }),
    tie('expr').map((each): Segment => ({ kind: 'element', expr: each, span })),
  ),
  expr: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 6, arbitrary: anySlot.map((at) => path(at)) },
    { weight: 2, arbitrary: given.map(literal) },
    {
      weight: 6,
      arbitrary: fc.tuple(slot, tie('index')).map(([at, index]) => path(at, [index])),
    },
    {
      weight: 5,
      arbitrary: fc
        .tuple(fc.constantFrom('+', '-', '==', '<', '>='), tie('expr'), tie('expr'))
        .map(([op, left, right]) => binary(op as BinaryOp, left, right)),
    },
    { weight: 4, arbitrary: tie('expr').map((each) => binary('+', each, literal(1))) },
    { weight: 3, arbitrary: slot.map((at) => call('array::len', [path(at)])) },
    { weight: 1, arbitrary: tie('expr').map((each): Expr => ({ kind: 'list', items: [each], span })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(slot, tie('index'), tie('expr'), tie('expr'))
        .map(([at, index, some, other]) =>
          orElse(
            { kind: 'presence', op: 'present', path: path(at, [index]), span },
            clause(is(true), some),
            other,
          ),
        ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie('expr'), shape, tie('expr'), tie('expr'))
        .map(([target, asked, some, other]) => orElse(target, clause(asked, some), other)),
    },
    // What a pattern has captured is read where it holds, and nowhere else.
    {
      weight: 1,
      arbitrary: fc
        .tuple(tie('expr'), shape, fc.option(tie('index')), tie('expr'))
        .map(([target, asked, index, other]) =>
          orElse(
            target,
            clause(bound(CAPTURED, asked), path(CAPTURED, index === null ? [] : [index])),
            other,
          ),
        ),
    },
  ),
}))

/** Most parameters are passed on as they are, or to each other. */
const again: fc.Arbitrary<Expr> = fc
  .tuple(
    ...[1, 2, 3].map((at) =>
      fc.oneof(
        { weight: 4, arbitrary: fc.constant(path(at)) },
        { weight: 2, arbitrary: slot.map((other) => path(other)) },
        { weight: 2, arbitrary: fc.constant(binary('+', path(at), literal(1))) },
        { weight: 3, arbitrary: expr },
      ),
    ),
  )
  .map((args): Expr => ({ kind: 'recur', args: [binary('+', path(COUNTER), literal(1)), ...args], span }))

/** Here patterns may also name a parameter. */
const pattern = fc.oneof(
  { weight: 2, arbitrary: shape },
  { weight: 1, arbitrary: fc.tuple(anySlot, shape).map(([at, asked]) => bound(at, asked)) },
)

/** What a round does: it reads and assigns, then gives a value or goes on. */
const round: fc.Arbitrary<Expr> = fc.oneof(
  { weight: 3, arbitrary: again },
  {
    weight: 3,
    arbitrary: fc
      .tuple(expr, fc.boolean(), expr, again)
      .map(([asked, wanted, value, next]) => orElse(asked, clause(is(wanted), value), next)),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(slot, pattern, again, again)
      .map(([at, asked, some, other]) => orElse(path(at), clause(asked, some), other)),
  },
)

function fnOf(rest: Pick<Fn, 'body'> | Pick<Fn, 'cases'>): Fn {
  const params = Array.from({ length: PARAMS }, (_, at) => ({ name: `v${at}`, span }))
  return {
    kind: 'fn',
    name: 'f',
    nameSpan: span,
    params,
    open: false,
    locals: CAPTURED + 1,
    recurs: true,
    ...rest,
    span,
  }
}

const withBody = fc
  .tuple(fc.array(fc.tuple(fc.constantFrom(OWN, OWN, 1, 2), expr), { maxLength: 2 }), fc.nat(6), expr, round)
  .map(([lets, most, value, next]) =>
    fnOf({
      body: [
        ...lets.map(([at, it]) => assign(at, it)),
        orElse(binary('>=', path(COUNTER), literal(most)), clause(is(true), value), next),
      ],
    }),
  )

/** `of case (…) => … default => recur …` */
const withCases = fc
  .tuple(fc.array(shape, { minLength: 3, maxLength: 3 }), fc.nat(6), expr, again)
  .map(([asked, most, value, next]) => {
    const any: Pattern = { kind: 'any', span }
    const end: Pattern = { kind: 'tuple', tests: [is(most), any, any, any], open: false, span }
    const some: Pattern = { kind: 'tuple', tests: [any, ...asked], open: false, span }
    return fnOf({
      cases: [clause(end, value), clause(some, value), clause({ kind: 'default', span }, next)],
    })
  })

/** A program that is one call of such a function; some leave the last parameters without a value. */
export const recursion: fc.Arbitrary<readonly Expr[]> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(withBody, fc.array(given, { minLength: 2, maxLength: 3, size: 'max' }))
      .map(([fn, values]) => calling(fn, values)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(withCases, fc.array(given, { minLength: 3, maxLength: 3 }))
      .map(([fn, values]) => calling(fn, values)),
  },
)

function calling(fn: Fn, values: readonly Value[]): readonly Expr[] {
  const args = [0, ...values].map(literal)
  const callee = { kind: 'fn', fn } as const
  return [{ kind: 'call', module: [], name: 'f', nameSpan: span, args, callee, span }]
}
