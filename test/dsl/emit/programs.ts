/** Random programs as trees, with names and texts that would break a careless compiler, and events to run them on. */
import fc from 'fast-check'
import type {
  BytesPart,
  Case,
  Expr,
  Extract,
  FieldTest,
  Fn,
  ForCase,
  PatchOp,
  Path,
  PathRoot,
  Pattern,
  Segment,
} from '#dsl/ast.ts'
import type { Span } from '#dsl/source.ts'
import { Float, type Value } from '#dsl/value.ts'
import { extractors, functions } from '../library/load.ts'

const place: Span = { source: { name: 'random', text: '' }, start: 0, end: 0 }
/** One place for everything, short to print. */
const span: Span = Object.assign(place, { [fc.toStringMethod]: () => 'span' })

/** Words that mean something to JavaScript, and marks that end strings, comments and lines. */
export const hostile = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  'value',
  '$' + '{process.exit(1)}',
  '`',
  '"',
  '\\',
  "'",
  '*/',
  '\u2028',
  '\u2029',
  '\n',
  '</script>',
  '0',
  'a b',
  '\ud83d\ude00',
]
const names = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'c') },
  { weight: 1, arbitrary: fc.constantFrom(...hostile) },
)

const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>(null, true, false, 0, 1, 2, -1, 1.5, new Float(1), new Float(-0), 0.1),
  fc.constantFrom<Value>(2 ** 53 - 1, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n)),
  names,
  fc.constantFrom(new Uint8Array(), new Uint8Array([97]), new Uint8Array([0xff, 0x00])),
)

/** Values with few different keys, so that paths meet something. */
export const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(names, tie('value')), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries) as Value),
  ),
})).value

/** What programs run on: the usual names are there, with something that can be added up, looked into, or walked. */
export const record: fc.Arbitrary<Value> = fc
  .tuple(
    fc.integer({ min: -3, max: 3 }),
    fc.array(value, { maxLength: 4 }),
    value,
    fc.array(fc.tuple(names, value), { maxLength: 3 }),
  )
  .map(([a, b, c, others]) => Object.fromEntries([...others, ['a', a], ['b', b], ['c', c]]) as Value)

const LOCALS = 4

const root: fc.Arbitrary<PathRoot> = fc.oneof(
  { weight: 8, arbitrary: fc.constant<PathRoot>({ kind: 'event', span }) },
  { weight: 2, arbitrary: fc.constantFrom<PathRoot>({ kind: 'meta', span }, { kind: 'state', span }) },
  { weight: 1, arbitrary: fc.constant<PathRoot>({ kind: 'args', span }) },
  {
    weight: 1,
    arbitrary: fc
      .oneof(scalar, record)
      .map((constant): PathRoot => ({ kind: 'name', module: [], name: 'C', constant, span })),
  },
  {
    weight: 4,
    arbitrary: fc
      .nat(LOCALS - 1)
      .map((slot): PathRoot => ({ kind: 'name', module: [], name: `v${slot}`, slot, span })),
  },
)

interface Tree {
  expr: Expr
  path: Path
  pattern: Pattern
  element: Pattern
  mutable: Expr
  pure: Expr
  nested: Pattern
}

const literal = (it: Value): Expr => ({ kind: 'literal', value: it, span })
const text = names.map(literal)

/** `mutable` may assign, emit and drop; `expr` may not. */
const trees = fc.letrec<Tree>((tie: fc.LetrecTypedTie<Tree>) => {
  const expr = tie('expr')
  /** What is likely to be a boolean, a record, a place that can be assigned: most programs should get far. */
  const condition = fc.oneof(
    { weight: 3, arbitrary: fc.boolean().map(literal) },
    {
      weight: 3,
      arbitrary: tie('path').map((of): Expr => ({ kind: 'presence', op: 'present', path: of, span })),
    },
    {
      weight: 3,
      arbitrary: fc
        .tuple(expr, expr)
        .map(([left, right]): Expr => ({ kind: 'binary', op: '==', left, right, span })),
    },
    { weight: 1, arbitrary: expr },
  )
  const holder = fc.oneof(
    { weight: 4, arbitrary: root.map((from): Expr => ({ kind: 'path', root: from, segments: [], span })) },
    { weight: 2, arbitrary: record.map(literal) },
    { weight: 1, arbitrary: expr },
  )
  const place = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(
          fc.constantFrom<PathRoot>({ kind: 'event', span }, { kind: 'meta', span }),
          fc.array(names, { minLength: 1, maxLength: 3 }),
        )
        .map(
          ([from, keys]): Path => ({
            kind: 'path',
            root: from,
            segments: keys.map((name) => ({ kind: 'key', name, span })),
            span,
          }),
        ),
    },
    {
      weight: 3,
      arbitrary: root.map((from): Path => ({ kind: 'path', root: from, segments: [], span })),
    },
    { weight: 1, arbitrary: tie('path') },
  )
  const key = fc.oneof({ weight: 5, arbitrary: text }, { weight: 1, arbitrary: expr })
  const segment: fc.Arbitrary<Segment> = fc.oneof(
    { weight: 6, arbitrary: names.map((name): Segment => ({ kind: 'key', name, span })) },
    { weight: 2, arbitrary: fc.nat(2).map((index): Segment => ({ kind: 'index', index, span })) },
    { weight: 1, arbitrary: expr.map((each): Segment => ({ kind: 'element', expr: each, span })) },
    {
      weight: 1,
      arbitrary: fc.tuple(expr, expr).map(([from, to]): Segment => ({ kind: 'range', from, to, span })),
    },
  )
  const path = fc
    .record({ root, segments: fc.array(segment, { maxLength: 3 }) })
    .map((it): Path => ({ kind: 'path', ...it, span }))
  const operation: fc.Arbitrary<PatchOp> = fc.oneof(
    fc
      .tuple(fc.constantFrom('insert', 'upsert', 'update', 'merge'), key, expr)
      .map(([op, k, v]) => ({ op, key: k, value: v, span }) as PatchOp),
    key.map((k): PatchOp => ({ op: 'erase', key: k, span })),
    fc
      .tuple(fc.constantFrom('copy', 'move'), key, key)
      .map(([op, from, to]) => ({ op, from, to, span }) as PatchOp),
    expr.map((v): PatchOp => ({ op: 'merge-whole', value: v, span })),
  )
  const cases = (body: fc.Arbitrary<readonly Expr[]>): fc.Arbitrary<readonly Case[]> =>
    fc
      .tuple(
        fc.array(fc.tuple(tie('pattern'), fc.option(condition, { freq: 4 }), body), { maxLength: 3 }),
        fc.option(body, { freq: 9 }),
      )
      .map(([some, last]) => [
        ...some.map(
          ([pattern, guard, does]): Case => ({ pattern, ...(guard && { guard }), body: does, span }),
        ),
        ...(last === null ? [] : [{ pattern: { kind: 'default', span }, body: last, span } as Case]),
      ])
  const loop = (body: fc.Arbitrary<readonly Expr[]>): fc.Arbitrary<Expr> =>
    fc
      .tuple(
        expr,
        fc.array(fc.tuple(fc.option(condition, { freq: 2 }), body), { minLength: 1, maxLength: 2 }),
      )
      .map(
        ([target, some]): Expr => ({
          kind: 'for',
          target,
          cases: some.map(
            ([guard, does]): ForCase => ({
              key: 'k',
              value: 'v',
              keySlot: 2,
              valueSlot: 3,
              ...(guard && { guard }),
              body: does,
              span,
            }),
          ),
          span,
        }),
      )
  /** Rows of cases that ask the same for different texts, which are looked up. */
  const row = (body: fc.Arbitrary<readonly Expr[]>): fc.Arbitrary<readonly Case[]> =>
    fc
      .tuple(
        fc.option(names),
        fc.array(fc.tuple(text, fc.option(condition, { freq: 4 }), fc.boolean(), body), {
          minLength: 4,
          maxLength: 6,
        }),
      )
      .map(([k, some]) => [
        ...some.map(([v, guard, bound, does]): Case => {
          const asked: Pattern =
            k === null
              ? { kind: 'expr', expr: v, span }
              : { kind: 'record', fields: [{ kind: 'compare', key: k, op: '==', value: v, span }], span }
          const pattern: Pattern = bound ? { kind: 'bind', name: 'v1', slot: 1, pattern: asked, span } : asked
          return { pattern, ...(guard && { guard }), body: does, span }
        }),
        { pattern: { kind: 'default', span }, body: some[0]![3], span } as Case,
      ])
  const single = expr.map((each) => [each])
  const several = fc.array(tie('mutable'), { minLength: 1, maxLength: 3 })
  const match = (body: fc.Arbitrary<readonly Expr[]>): fc.Arbitrary<Expr> =>
    fc
      .tuple(expr, fc.oneof(cases(body), row(body)))
      .map(([target, some]): Expr => ({ kind: 'match', target, cases: some, span }))
  const extract: fc.Arbitrary<Extract> = fc
    .constantFrom(
      ['glob', 'a*'],
      ['glob', '*'],
      ['re', '(?P<first>.)'],
      ['rerg', '(?P<all>[a-z])'],
      ['json', ''],
      ['kv', ''],
    )
    .map(
      ([name, rule]): Extract => ({
        name: name!,
        rule: rule!,
        ruleSpan: span,
        extractor: extractors.get(name!)!.compile(rule!),
        span,
      }),
    )
  const test: fc.Arbitrary<FieldTest> = fc.oneof(
    fc
      .tuple(fc.constantFrom('present', 'absent'), names)
      .map(([kind, k]) => ({ kind, key: k, span }) as FieldTest),
    fc
      .tuple(names, fc.constantFrom('==', '!=', '>=', '>', '<=', '<'), expr)
      .map(([k, op, v]) => ({ kind: 'compare', key: k, op, value: v, span }) as FieldTest),
    fc
      .tuple(names, tie('nested'))
      .map(([k, pattern]): FieldTest => ({ kind: 'pattern', key: k, pattern, span })),
    fc.tuple(names, extract).map(([k, it]): FieldTest => ({ kind: 'extract', key: k, test: it, span })),
  )
  /** Functions of the library that fail for wrong types alone. */
  const native = fc
    .constantFrom(
      'array::len',
      'array::is_empty',
      'array::contains',
      'array::coalesce',
      'array::flatten',
      'string::uppercase',
      'string::len',
      'string::bytes',
      'string::trim',
      'string::contains',
      'string::split',
      'type::is_integer',
      'type::is_record',
      'record::len',
      'record::keys',
      'record::values',
      'record::merge',
      'type::as_string',
      'type::is_string',
      'record::contains',
      'array::push',
    )
    .chain((name) => {
      const found = functions.get(name)!
      return fc.array(expr, { minLength: found.args.length, maxLength: found.args.length }).map(
        (args): Expr => ({
          kind: 'call',
          module: [name.split('::')[0]!],
          name: name.split('::')[1]!,
          nameSpan: span,
          args,
          callee: { kind: 'native', native: found },
          span,
        }),
      )
    })
  const recursion = fc
    .array(expr, { minLength: 2, maxLength: 2 })
    .map((args): readonly Expr[] => [{ kind: 'recur', args, span }])
  const tests = fc.array(tie('pattern'), { minLength: 2, maxLength: 2 })
  const parameter = (at: number) => ({ name: `v${at}`, span })
  const fnOf = (rest: Pick<Fn, 'body'> | Pick<Fn, 'cases'>, open: boolean): Fn => ({
    kind: 'fn',
    name: 'f',
    nameSpan: span,
    params: [parameter(0), parameter(1)],
    open,
    locals: LOCALS,
    recurs: true,
    ...rest,
    span,
  })
  const own: fc.Arbitrary<Fn> = fc.oneof(
    fc
      .tuple(fc.array(fc.oneof(expr, tie('pure')), { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([body, open]) => fnOf({ body }, open)),
    fc
      .tuple(
        fc.array(fc.tuple(tests, fc.option(condition, { freq: 4 }), expr), { minLength: 1, maxLength: 2 }),
        fc.oneof({ weight: 3, arbitrary: expr.map((each) => [each]) }, { weight: 1, arbitrary: recursion }),
        fc.boolean(),
      )
      .map(([some, last, open]) =>
        fnOf(
          {
            cases: [
              ...some.map(
                ([each, guard, does]): Case => ({
                  pattern: { kind: 'tuple', tests: each, open: false, span },
                  ...(guard && { guard }),
                  body: [does],
                  span,
                }),
              ),
              { pattern: { kind: 'default', span }, body: last, span },
            ],
          },
          open,
        ),
      ),
  )
  const call = fc.tuple(own, fc.array(expr, { minLength: 2, maxLength: 4 })).map(
    ([fn, given]): Expr => ({
      kind: 'call',
      module: [],
      name: 'f',
      nameSpan: span,
      // More than it names only an open function may be given.
      args: fn.open ? given : given.slice(0, 2),
      callee: { kind: 'fn', fn },
      span,
    }),
  )
  const part: fc.Arbitrary<BytesPart> = fc.oneof(
    fc
      .tuple(
        fc.oneof(scalar.map(literal), expr),
        fc.option(fc.integer({ min: 1, max: 64 })),
        fc.boolean(),
        fc.boolean(),
      )
      .map(
        ([it, bits, little, signed]): BytesPart => ({
          value: it,
          ...(bits && { bits }),
          type: 'integer',
          endian: little ? 'little' : 'big',
          signed,
          span,
        }),
      ),
    fc.tuple(fc.oneof(text, expr), fc.option(fc.nat(3))).map(
      ([it, bits]): BytesPart => ({
        value: it,
        ...(bits && { bits }),
        type: 'binary',
        endian: 'big',
        signed: false,
        span,
      }),
    ),
  )
  const structure: fc.Arbitrary<Pattern> = fc.oneof(
    fc.array(test, { maxLength: 3 }).map((fields): Pattern => ({ kind: 'record', fields, span })),
    fc.array(tie('element'), { maxLength: 2 }).map((tests): Pattern => ({ kind: 'array', tests, span })),
    fc
      .tuple(fc.array(tie('element'), { maxLength: 3 }), fc.boolean())
      .map(([tests, open]): Pattern => ({ kind: 'tuple', tests, open, span })),
  )
  const simple: fc.Arbitrary<Pattern> = fc.oneof(
    fc.constant<Pattern>({ kind: 'any', span }),
    expr.map((each): Pattern => ({ kind: 'expr', expr: each, span })),
    extract.map((it): Pattern => ({ kind: 'extract', test: it, span })),
  )
  return {
    path,
    /** What may stand behind the `~=` of a field. */
    nested: structure,
    element: fc.oneof({ depthSize: 'small' }, simple, structure),
    pattern: fc.oneof(
      { depthSize: 'small' },
      simple,
      structure,
      fc
        .tuple(fc.nat(1), fc.oneof(simple, structure))
        .map(([slot, pattern]): Pattern => ({ kind: 'bind', name: `v${slot}`, slot, pattern, span })),
    ),
    expr: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalar.map(literal),
      path,
      fc
        .array(fc.oneof(names, expr), { maxLength: 3 })
        .map((parts): Expr => ({ kind: 'text', parts, heredoc: false, span })),
      fc.array(expr, { maxLength: 3 }).map((items): Expr => ({ kind: 'list', items, span })),
      fc.array(fc.tuple(key, expr), { maxLength: 3 }).map(
        (fields): Expr => ({
          kind: 'record',
          fields: fields.map(([k, v]) => ({ key: k, value: v, span })),
          span,
        }),
      ),
      fc
        .tuple(fc.constantFrom('present' as const, 'absent' as const), path)
        .map(([op, of]): Expr => ({ kind: 'presence', op, path: of, span })),
      fc
        .oneof(
          fc.tuple(fc.constant('not' as const), condition),
          fc.tuple(
            fc.constantFrom('+' as const, '-' as const, '!' as const),
            fc.oneof(scalar.map(literal), expr),
          ),
        )
        .map(([op, operand]): Expr => ({ kind: 'unary', op, operand, span })),
      fc
        .tuple(
          fc.constantFrom(
            ...([
              'or',
              'xor',
              'and',
              '^',
              '&',
              '==',
              '!=',
              '>=',
              '>',
              '<=',
              '<',
              '>>',
              '>>>',
              '<<',
              '+',
              '-',
              '*',
              '/',
              '%',
            ] as const),
          ),
          expr,
          expr,
        )
        .map(([op, left, right]): Expr => ({ kind: 'binary', op, left, right, span })),
      fc.tuple(holder, holder).map(([target, v]): Expr => ({ kind: 'merge', target, value: v, span })),
      fc
        .tuple(holder, fc.array(operation, { minLength: 1, maxLength: 3 }))
        .map(([target, operations]): Expr => ({ kind: 'patch', target, operations, span })),
      match(single),
      loop(single),
      native,
      call,
      fc.array(part, { minLength: 1, maxLength: 3 }).map((parts): Expr => ({ kind: 'bytes', parts, span })),
    ),
    /** What a function may do besides: set its own local variables. */
    pure: fc.tuple(fc.nat(LOCALS - 1), expr).map(
      ([slot, it]): Expr => ({
        kind: 'let',
        path: {
          kind: 'path',
          root: { kind: 'name', module: [], name: `v${slot}`, slot, span },
          segments: [],
          span,
        },
        value: it,
        span,
      }),
    ),
    mutable: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 1, arbitrary: expr },
      {
        weight: 5,
        arbitrary: fc
          .tuple(place, fc.oneof({ weight: 3, arbitrary: expr }, { weight: 1, arbitrary: tie('mutable') }))
          .map(([to, v]): Expr => ({ kind: 'let', path: to, value: v, span })),
      },
      { weight: 2, arbitrary: match(several) },
      { weight: 2, arbitrary: loop(several) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.option(expr), fc.option(key))
          .map(([v, port]): Expr => ({ kind: 'emit', ...(v && { value: v }), ...(port && { port }), span })),
      },
      { weight: 1, arbitrary: fc.constant<Expr>({ kind: 'drop', span }) },
    ),
  }
})

/** Locals have values, most of them. */
const first = fc.array(fc.tuple(fc.nat(LOCALS - 1), fc.oneof(scalar, record)), { maxLength: 6 }).map((lets) =>
  lets.map(
    ([slot, it]): Expr => ({
      kind: 'let',
      path: {
        kind: 'path',
        root: { kind: 'name', module: [], name: `v${slot}`, slot, span },
        segments: [],
        span,
      },
      value: literal(it),
      span,
    }),
  ),
)

export const body: fc.Arbitrary<readonly Expr[]> = fc
  .tuple(first, fc.array(trees.mutable, { maxLength: 5 }))
  .map(([lets, then]) => [...lets, ...then])
