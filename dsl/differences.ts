/**
 * Where Temblor means to do something else than tremor 0.11, and why. No row stands here that the public suite of tremor-runtime
 * v0.11.12 pins. Each case runs as a test; engine/docs/differences.md is made of these rows.
 */

export interface Difference {
  readonly id: string
  readonly title: string
  /** Whole sentences. */
  readonly tremor: string
  readonly ours: string
  readonly reason: string
  readonly cases: readonly DifferenceCase[]
}

export interface DifferenceCase {
  /** A script, or a query if it defines, creates or selects. */
  readonly program: string
  /** Events, as JSON texts. Without any, one null. */
  readonly in?: readonly string[]
  /** Another input of a query than `in`. */
  readonly inlet?: string
  /** What tremor makes of them, as its users see it. */
  readonly tremor: string
  /** What we make of each event: JSON text, with `port: ` before it unless it is `out`; a failure is `error: ` and words of it. */
  readonly ours: readonly string[]
  /** The code of the finding that tells of it before any event comes. */
  readonly finding?: string
}

export const differences: readonly Difference[] = [
  {
    id: 'clause-order',
    title: 'Cases are tried in the order they are written',
    tremor:
      'Cases are sorted, and from 16 literals on looked up in a tree of another order than `==` has: of two literals that are equal the later one is taken, and 7.5 meets `case 7`.',
    ours: 'The first case that fits is taken, however many there are.',
    reason: 'The order of a text is what its author sees.',
    cases: [
      {
        program: 'match event of\n  case 1 => "integer"\n  case 1.0 => "float"\n  default => "none"\nend',
        in: ['1'],
        tremor: '"float"',
        ours: ['"integer"'],
        finding: 'W0105',
      },
      {
        program:
          'match event of\n  case %{ a == event.x } => "x"\n  case %{ a == event.y } => "y"\n  default => "none"\nend',
        in: ['{"a": 1, "x": 1, "y": 1}'],
        tremor: '"y"',
        ours: ['"x"'],
      },
      {
        program: `match event of\n${Array.from({ length: 16 }, (_, at) => `  case ${at} => "is ${at}"`).join('\n')}\n  default => "none"\nend`,
        in: ['7.5'],
        tremor: '"is 7"',
        ours: ['"none"'],
      },
    ],
  },
  {
    id: 'integers',
    title: 'Integers do not wrap, and nothing stops the process',
    tremor:
      'Sums and products beyond 64 bits wrap without a word, the remainder of a division by zero ends the process, and `type::is_integer` is false above the signed range.',
    ours: 'What does not fit in 64 bits, signed or unsigned, is an error of the script. An integer is an integer.',
    reason: 'A wrong number is worse than none.',
    cases: [
      {
        program: 'event * event',
        in: ['4294967296'],
        tremor: '0',
        ours: ['error: does not fit in an integer of 64 bits'],
      },
      { program: 'event % 0', in: ['1'], tremor: 'the process ends', ours: ['error: division by zero'] },
      {
        program: '9223372036854775807 * 4',
        tremor: '18446744073709551612',
        ours: ['error: does not fit'],
        finding: 'E0512',
      },
      {
        program: 'use std::type;\ntype::is_integer(event)',
        in: ['18446744073709551615'],
        tremor: 'false',
        ours: ['true'],
      },
    ],
  },
  {
    id: 'rounding',
    title: 'A float that is no integer of 64 bits cannot be rounded to one',
    tremor: '`math::floor`, `ceil`, `round` and `trunc` give the greatest or least integer there is.',
    ours: 'They fail.',
    reason: 'The greatest integer is not what the number was.',
    cases: [
      {
        program: 'use std::math;\nmath::floor(event)',
        in: ['1e300'],
        tremor: '9223372036854775807',
        ours: ['error: Bad type passed to function math::floor/1'],
      },
    ],
  },
  {
    id: 'number-text',
    title: 'Numbers that nobody touched keep their text',
    tremor:
      '`-0.0` is read as `0.0`, long decimals lose their last digits, and the least floats cannot be decoded.',
    ours: 'Every float that JSON can write is read, and a number that no script changed is written as it came.',
    reason: 'A pipeline that only passes a document on must not change it.',
    cases: [
      {
        program: 'event',
        in: ['12345678901234567890.0'],
        tremor: '12345678901234567000.0',
        ours: ['12345678901234567890.0'],
      },
      { program: 'event', in: ['-0.0'], tremor: '0.0', ours: ['-0.0'] },
      { program: 'event', in: ['5e-324'], tremor: 'the document cannot be decoded', ours: ['5e-324'] },
    ],
  },
  {
    id: 'record-order',
    title: 'Records keep the order of their keys',
    tremor: 'The order of a record is that of a hash, and may be another on the next run.',
    ours: 'Keys stay in the order they were written or added, integers among them first and in their own order, as in every JavaScript object.',
    reason: 'The same input gives the same output, byte for byte.',
    cases: [
      {
        program: 'use std::record;\nrecord::keys(event)',
        in: ['{"b": 1, "a": 2, "1": 3}'],
        tremor: 'the three keys in any order',
        ours: ['["1","b","a"]'],
      },
    ],
  },
  {
    id: 'use-anywhere',
    title: '`use` needs no line of its own, and may be repeated',
    tremor:
      'After the `;` of a `use` the line must end, and the same `use` twice is an error without a place.',
    ours: 'Both are accepted.',
    reason: 'Nothing is unclear about either.',
    cases: [
      { program: 'use std::string; string::len("abc")', tremor: 'a syntax error', ours: ['3'] },
      {
        program: 'use std::string;\nuse std::string;\nstring::len("abc")',
        tremor: 'an error without a place',
        ours: ['3'],
      },
    ],
  },
  {
    id: 'arity',
    title: 'Functions of a script are called with as many arguments as they take',
    tremor: 'A missing argument has no value where it is read, and what is too much is ignored.',
    ours: 'Both are errors, found before the script runs.',
    reason: 'It is a mistake in every case.',
    cases: [
      {
        program: 'fn f(a, b) with a end;\nf(1)',
        tremor: '1',
        ours: ['error: takes 2 arguments, not 1'],
        finding: 'E0107',
      },
    ],
  },
  {
    id: 'args-of-functions',
    title: '`args` of a function are its own',
    tremor:
      'A function of a script leaves its `args` behind in the caller, and an open function leaves out of them as many values as it has local variables, not parameters.',
    ours: '`args` of a function hold what was given beyond its parameters, and those of the caller stay.',
    reason: 'A function that is called must not change what its caller reads.',
    cases: [
      {
        program: 'fn f(a, ...) with\n  let b = a;\n  args\nend;\nf(1, 2, 3)',
        tremor: '[3]',
        ours: ['[2,3]'],
        finding: 'W0114',
      },
      {
        program: `define script s with x = 1
script
  fn f(a) with a end;
  let b = f(2);
  args.x
end;
create script s;
select event from in into s;
select event from s into out;`,
        tremor: 'an error on port `err`: `args` is now `[]`',
        ours: ['1'],
      },
    ],
  },
  {
    id: 'recur-after-text',
    title: '`recur` may stand behind a case that gives a text',
    tremor: 'A constant text before it in the body makes it "Can not recur from this location".',
    ours: 'It may stand wherever the function would end.',
    reason: 'The position is a tail position.',
    cases: [
      {
        program: 'fn f(n) of\n  case (0) => "done"\n  default => recur(n - 1)\nend;\nf(3)',
        tremor: 'a compile error',
        ours: ['"done"'],
      },
    ],
  },
  {
    id: 'budgets',
    title: 'Work and growth are bounded',
    tremor: 'A loop, a range or a text grows until the memory of the machine ends.',
    ours: 'Above a million steps for one event, or a value of 16 MiB, the script fails.',
    reason: 'A script must not stop the process that runs it.',
    cases: [
      {
        program: 'use std::range;\nuse std::array;\narray::len(range::range(0, event))',
        in: ['100000000'],
        tremor: '100000000, after some time',
        ours: ['error: A range has at most 1000000 elements'],
      },
    ],
  },
  {
    id: 'old-interpolation',
    title: 'A bare `{path}` still inserts a local variable or metadata',
    tremor: 'Since 0.10 only `#{path}` does; the braces are text.',
    ours: 'It inserts the value, with a finding that offers the new spelling, where the path begins with a bound local variable or `$`.',
    reason:
      "Pages of tremor's own documentation still use the old spelling and show the result of inserting.",
    cases: [
      { program: 'let host = "a";\n"by={host}"', tremor: '"by={host}"', ours: ['"by=a"'], finding: 'W0101' },
    ],
  },
  {
    id: 'names-in-queries',
    title: 'Selects and scripts of a query see its modules and constants',
    tremor:
      'A constant of a module in a select is an error, a script of a query does not see what the query uses, and a `const` of such a script fails when it is read.',
    ours: 'Names mean the same wherever they are in reach.',
    reason: 'What is declared above can be used below.',
    cases: [
      {
        program: 'mod m with\n  const x = 5;\nend;\nselect m::x from in into out;',
        tremor: 'a compile error',
        ours: ['5'],
      },
      {
        program: `use std::string;
define script s
script
  const least = 2;
  string::len(event) >= least
end;
create script s;
select event from in into s;
select event from s into out;`,
        in: ['"abc"'],
        tremor: 'a compile error',
        ours: ['true'],
      },
    ],
  },
  {
    id: 'script-parameters',
    title: 'Parameters of `create script` reach the script',
    tremor:
      'They are dropped if the definition has no `with`, and with them the module of `from m::name` is lost.',
    ours: 'They are added to those of the definition, and stand above them.',
    reason: 'They were written to be used.',
    cases: [
      {
        program: `define script s
script
  args.x
end;
create script s with x = 5 end;
select event from in into s;
select event from s into out;`,
        tremor: 'an error on port `err`: there is no `args.x`',
        ours: ['5'],
        finding: 'W0114',
      },
      {
        program: `mod m with
  define script y with k = 1
  script
    args.k
  end;
end;
create script x from m::y with k = 7 end;
select event from in into x;
select event from x into out;`,
        tremor: 'a compile error: there is no script `y`',
        ours: ['7'],
        finding: 'W0114',
      },
    ],
  },
  {
    id: 'input-ports',
    title: '`from in/x` makes an input port that can be linked',
    tremor: 'It makes an input named `in/x`, which no address can name.',
    ours: 'It makes the input port `x`, as `into out/x` makes the output port `x`.',
    reason: 'It is the only thing that can be meant.',
    cases: [
      {
        program: 'select event from in/x into out;',
        inlet: 'x',
        in: ['1'],
        tremor: 'nothing can be sent to it',
        ours: ['1'],
      },
    ],
  },
  {
    id: 'aggregates',
    title: 'Aggregates without a window are compile errors',
    tremor:
      'In `where`, and in a select without a window, they fail at run time; in a script `count()` is 0.',
    ours: 'They are errors, found before any event comes.',
    reason: 'There is nothing that they could count.',
    cases: [
      {
        program: 'select aggr::stats::count() from in into out;',
        tremor: 'the event is lost, with a line in the log',
        ours: ['error: stands in a select without a window'],
        finding: 'E0113',
      },
      { program: 'aggr::stats::count()', tremor: '0', ours: ['error: stands in a script'], finding: 'E0113' },
    ],
  },
  {
    id: 'aggregates-over-windows',
    title: 'Variance, deviation and minimum are right, in and over windows',
    tremor:
      'The variance of one value is no number. Taken over from one window to the next, variance and deviation are wrong, and the minimum may be none.',
    ours: 'The variance of one value is 0.0, and what a longer window has is what it had if it had seen every event.',
    reason: 'The formulas are known.',
    cases: [
      {
        program:
          'define tumbling window one with size = 1 end;\nselect aggr::stats::var(event) from in[one] into out;',
        in: ['5'],
        tremor: '-2.696539702293474e308, which is how it writes a value that is no number',
        ours: ['0.0'],
      },
      {
        program: `define tumbling window w with size = 2 end;
define tumbling window ww with size = 2 end;
select {"window": window, "var": aggr::stats::var(event), "min": aggr::stats::min(event)} from in[w, ww] into out;`,
        in: ['1', '2', '3', '4'],
        tremor: 'another variance, and perhaps no minimum, in the third event',
        ours: [
          '{"window":"w","var":0.5,"min":1.0}',
          '{"window":"w","var":0.5,"min":3.0}',
          '{"window":"ww","var":1.6666666666666667,"min":1.0}',
        ],
        finding: 'W0114',
      },
    ],
  },
  {
    id: 'select-errors',
    title: 'A select that fails stops nothing but itself',
    tremor: 'The event is lost, and what other selects made of it comes with the next event, or never.',
    ours: 'The failure is logged and answered; what other selects make of the event leaves at once.',
    reason: 'A failure of one must not reorder the others.',
    cases: [
      {
        program: 'select event.x from in into out;\nselect "seen" from in into out;',
        in: ['{}', '{"x": 2}'],
        tremor: 'one of the two "seen" is late or lost, by the order of the selects',
        ours: ['"seen"', '2', '"seen"'],
      },
    ],
  },
  {
    id: 'operator-parameters',
    title: 'Unknown parameters and ports are told',
    tremor:
      'An unknown parameter of an operator is ignored, and a port that does not exist is silent for ever.',
    ours: 'The first is an error, the second a warning.',
    reason: 'Both are misspellings, as a rule.',
    cases: [
      {
        program: `define qos::backpressure operator bp with timeout = 100, step = 1 end;
create operator bp;
select event from in into bp;
select event from bp into out;`,
        tremor: 'null',
        ours: ['error: Unknown key "step"'],
        finding: 'E0601',
      },
      {
        program: `define script s
script
  event
end;
create script s;
select event from in into s;
select event from s/error into out;`,
        tremor: 'nothing, without a word',
        ours: [],
        finding: 'W0107',
      },
    ],
  },
  {
    id: 'chance',
    title: 'Chance does not repeat within an event',
    tremor:
      'Every call of a `random` function starts from the time of the event, so that two calls give the same.',
    ours: 'Every call gives another value; the same events at the same times give the same values again.',
    reason: 'Two dice are not one.',
    cases: [
      {
        program: 'use std::random;\nrandom::string(16) == random::string(16)',
        tremor: 'true',
        ours: ['false'],
        finding: 'W0114',
      },
    ],
  },
  {
    id: 'substr',
    title: 'What lies beyond a text is left out of a part of it',
    tremor: 'A start beyond the end counts as 0, and a start above the end gives the whole text.',
    ours: 'Both give the empty text.',
    reason: 'A part never holds what was not asked for.',
    cases: [
      {
        program: 'use std::string;\nstring::substr(event, 5, 9)',
        in: ['"abc"'],
        tremor: '"abc"',
        ours: ['""'],
      },
      {
        program: 'use std::string;\nstring::substr(event, 2, 1)',
        in: ['"abc"'],
        tremor: '"abc"',
        ours: ['""'],
        finding: 'W0114',
      },
    ],
  },
  {
    id: 'join',
    title: '`array::join` writes what is no text as JSON',
    tremor:
      'It writes floats without their `.0`, and nested values in the notation of the language it is written in.',
    ours: 'It writes the same text as interpolation does.',
    reason: 'There is one text for a value.',
    cases: [
      {
        program: 'use std::array;\narray::join([1.0, 2, "x"], ",")',
        tremor: '"1,2,x"',
        ours: ['"1.0,2,x"'],
        finding: 'W0114',
      },
    ],
  },
  {
    id: 'times',
    title: 'Times before 1970, rounding up, and hours are right',
    tremor:
      'A time before 1970 wraps to one far in the future or is refused, `to_nearest_millisecond` and `to_nearest_microsecond` lose a second when they round up to it, and `from_human_format` ignores hours.',
    ours: 'They do what their names say.',
    reason: 'Nobody can want the other result.',
    cases: [
      {
        program: 'core::datetime::parse("1969-12-31 00:00:00", "%Y-%m-%d %H:%M:%S")',
        tremor: '18446657673709551616',
        ours: ['-86400000000000'],
      },
      {
        program: 'core::datetime::to_nearest_millisecond(event)',
        in: ['1999999999'],
        tremor: '1000000000',
        ours: ['2000000000'],
      },
      {
        program: 'core::datetime::from_human_format("1 day 1 hour")',
        tremor: '86400000000000',
        ours: ['90000000000000'],
        finding: 'W0114',
      },
    ],
  },
  {
    id: 'otel',
    title: 'The functions of `cncf::otel` know every form they name',
    tremor:
      '`severity::to_string` does not know the levels between the main ones, and ids given as arrays or bytes fail.',
    ours: 'Every level has its name, and every form of an id is judged.',
    reason: 'Their documentation says so.',
    cases: [
      {
        program: 'use cncf::otel::logs::severity;\nseverity::to_string(event)',
        in: ['10'],
        tremor: 'an error',
        ours: ['"INFO2"'],
      },
      {
        program: 'use cncf::otel::span_id;\nspan_id::is_valid(event)',
        in: ['[1, 2, 3, 4, 5, 6, 7, 8]'],
        tremor: 'an error: there is no `arr`',
        ours: ['{"array":true,"value":[1,2,3,4,5,6,7,8]}'],
      },
    ],
  },
  {
    id: 'rerg',
    title: '`rerg` without a hit does not match',
    tremor: 'It matches every text if its result is wanted, with `{}` for no hit at all.',
    ours: 'It matches if it hits, as `re` does.',
    reason: 'A pattern that takes everything is none.',
    cases: [
      {
        program: 'match event of\n  case x = ~ rerg|(?P<digit>[0-9])| => x\n  default => "no"\nend',
        in: ['"a1b2"', '"ab"'],
        tremor: '{"digit":["1","2"]}, then {}',
        ours: ['{"digit":["1","2"]}', '"no"'],
        finding: 'W0114',
      },
    ],
  },
  {
    id: 'cidr',
    title: '`cidr` takes addresses, all of them and nothing else',
    tremor: '`1.2.3` is read as 1.2.0.3 and an empty text as 0.0.0.0, while `::1` is refused.',
    ours: 'The forms of addresses are those of RFC 4291 and of four numbers with dots.',
    reason: 'A text that is no address must not pass a filter of addresses.',
    cases: [
      {
        program: 'match event of\n  case ~ cidr|| => true\n  default => false\nend',
        in: ['"1.2.3"', '""', '"::1"'],
        tremor: 'true, true, false',
        ours: ['false', 'false', 'true'],
      },
    ],
  },
]
