import { BadArgument, FunctionError } from '#dsl/function.ts'
import { integer } from '#dsl/number.ts'
import { fn, frameFn, module } from '#dsl/stdlib.ts'
import { floorDiv, type Moment, momentOf, SECOND } from '#dsl/time/calendar.ts'
import { formatTime } from '#dsl/time/format.ts'
import { parseTime } from '#dsl/time/parse.ts'
import type { Value } from '#dsl/value.ts'

const NANOS: Readonly<Record<string, bigint>> = {
  nanosecond: 1n,
  microsecond: 1_000n,
  millisecond: 1_000_000n,
  second: SECOND,
  minute: 60n * SECOND,
  hour: 3_600n * SECOND,
  day: 86_400n * SECOND,
  week: 7n * 86_400n * SECOND,
}

/** 2019-06-04T13:43:02.123456789Z */
const SAMPLE = '1559655782123456789'

export default module({
  doc: 'Times in nanoseconds since 1970, UTC, and spans of time in nanoseconds. Layouts are those of strftime, as in Rust’s chrono.',
  registry: 'datetime',
  functions: {
    parse: fn({
      doc: 'The time a text gives in a layout. Without a zone in the layout the time is UTC; before 1970 it is negative.',
      args: [
        ['text', 'string'],
        ['layout', 'string'],
      ],
      returns: 'integer',
      examples: [
        [
          'core::datetime::parse("1983 Apr 13 12:09:14.274 +0000", "%Y %b %d %H:%M:%S%.3f %z")',
          '419083754274000000',
        ],
        [
          'core::datetime::parse("2019-08-07T16:41:12.159975-04:00", "%Y-%m-%dT%T%.6f%:z")',
          '1565210472159975000',
        ],
        ['core::datetime::parse("1560777212", "%s")', '1560777212000000000'],
        [
          'core::datetime::parse("2019-02-30 00:00", "%Y-%m-%d %H:%M")',
          'error: Expected a time in the layout "%Y-%m-%d %H:%M": there is no such date, found "2019-02-30 00:00"',
        ],
      ],
      run: (text, layout) => {
        const time = parseTime(text, layout)
        const value = typeof time === 'bigint' ? integer(time) : undefined
        if (value !== undefined) return value
        const why = typeof time === 'string' ? time : 'the time is beyond 64 bits'
        throw new FunctionError(
          `Expected a time in the layout ${JSON.stringify(layout)}: ${why}, found ${JSON.stringify(text)}`,
        )
      },
    }),
    format: fn({
      doc: 'The time in a layout.',
      args: [
        ['time', 'integer'],
        ['layout', 'string'],
      ],
      returns: 'string',
      examples: [
        [
          'core::datetime::format(419083754274000000, "%Y %b %d %H:%M:%S%.3f %:z")',
          '"1983 Apr 13 12:09:14.274 +00:00"',
        ],
        [`core::datetime::format(${SAMPLE}, "%A %e %B, week %V")`, '"Tuesday  4 June, week 23"'],
      ],
      run: (time, layout) => formatTime(BigInt(time), layout),
    }),
    iso8601: fn({
      doc: 'The time as ISO 8601 writes it, with nine digits of fraction.',
      args: [['time', 'integer']],
      returns: 'string',
      examples: [[`core::datetime::iso8601(${SAMPLE})`, '"2019-06-04T13:43:02.123456789+00:00"']],
      run: (time) => formatTime(BigInt(time), '%Y-%m-%dT%H:%M:%S%.9f+00:00'),
    }),
    year: part('The year.', '2019', 'year', ({ year }) => year),
    month: part('The month, from 1.', '6', 'month', ({ month }) => month),
    day: part('The day of the month, from 1.', '4', 'day', ({ day }) => day),
    hour: part('The hour, 0 to 23.', '13', 'hour', ({ hour }) => hour),
    minute: part('The minute.', '43', 'minute', ({ minute }) => minute),
    second: part('The second.', '2', 'second', ({ second }) => second),
    millisecond: part('The milliseconds of the second, 0 to 999.', '123', 'millisecond', ({ nano }) =>
      Math.floor(nano / 1_000_000),
    ),
    microsecond: part(
      'The microseconds of the millisecond, 0 to 999.',
      '456',
      'microsecond',
      ({ nano }) => Math.floor(nano / 1000) % 1000,
    ),
    nanosecond: part(
      'The nanoseconds of the microsecond, 0 to 999.',
      '789',
      'nanosecond',
      ({ nano }) => nano % 1000,
    ),
    subsecond: part('The nanoseconds of the second.', '123456789', 'subsecond', ({ nano }) => nano),
    today: frameFn({
      doc: 'The first moment of the current day.',
      args: [],
      returns: 'integer',
      examples: [['core::datetime::hour(core::datetime::today())', '0']],
      run: ({ host, ingestNs }) => {
        const day = NANOS['day']!
        return integer(floorDiv(host?.nanotime() ?? ingestNs, day) * day)!
      },
    }),
    to_nearest_millisecond: nearest('millisecond', '1559655782123000000'),
    to_nearest_microsecond: nearest('microsecond', '1559655782123457000'),
    to_nearest_second: nearest('second', '1559655782000000000'),
    without_subseconds: fn({
      doc: 'The time in whole seconds since 1970. As in tremor the result is in seconds.',
      args: [['time', 'integer']],
      returns: 'integer',
      examples: [[`core::datetime::without_subseconds(${SAMPLE})`, '1559655782']],
      run: (time) => integer(floorDiv(BigInt(time), SECOND))!,
    }),
    from_human_format: fn({
      doc: 'The span a text such as "3 days 2 hours" names. Units are nanoseconds to years, a year has 365 days and every fourth a day more.',
      args: [['text', 'string']],
      returns: 'integer',
      examples: [
        ['core::datetime::from_human_format("1 minute 30 seconds")', '90000000000'],
        ['core::datetime::from_human_format("2 hours")', '7200000000000'],
        [
          'core::datetime::from_human_format("soon")',
          'error: The span "soon" is not understood, expected one such as "3 days 2 hours"',
        ],
      ],
      run: (text) => {
        const span = spanOf(text)
        if (span !== undefined && span > 0n) return counted(span)
        throw new FunctionError(
          `The span ${JSON.stringify(text)} is not understood, expected one such as "3 days 2 hours"`,
        )
      },
    }),
    with_nanoseconds: span('nanosecond', '2'),
    with_microseconds: span('microsecond', '2000'),
    with_milliseconds: span('millisecond', '2000000'),
    with_seconds: span('second', '2000000000'),
    with_minutes: span('minute', '120000000000'),
    with_hours: span('hour', '7200000000000'),
    with_days: span('day', '172800000000000'),
    with_weeks: span('week', '1209600000000000'),
    with_years: fn({
      doc: 'So many years in nanoseconds: 365 days each, and a day more for every fourth.',
      args: [['count', 'integer']],
      returns: 'integer',
      examples: [['core::datetime::with_years(4)', '126230400000000000']],
      run: (count) => counted(yearsOf(countOf(count))),
    }),
  },
})

function part(doc: string, result: string, name: string, take: (moment: Moment) => number) {
  return fn({
    doc,
    args: [['time', 'integer']],
    returns: 'integer',
    examples: [[`core::datetime::${name}(${SAMPLE})`, result]],
    run: (time) => take(momentOf(BigInt(time))),
  })
}

function nearest(unit: string, result: string) {
  return fn({
    doc: `The time rounded to the nearest ${unit}, halves up.`,
    args: [['time', 'integer']],
    returns: 'integer',
    examples: [[`core::datetime::to_nearest_${unit}(${SAMPLE})`, result]],
    run: (time) => {
      const size = NANOS[unit]!
      return counted(floorDiv(BigInt(time) + size / 2n, size) * size)
    },
  })
}

function span(unit: string, result: string) {
  return fn({
    doc: `So many ${unit}s in nanoseconds.`,
    args: [['count', 'integer']],
    returns: 'integer',
    examples: [[`core::datetime::with_${unit}s(2)`, result]],
    run: (count) => counted(countOf(count) * NANOS[unit]!),
  })
}

function countOf(count: number | bigint): bigint {
  if (count < 0) throw new BadArgument('A span of time is not negative')
  return BigInt(count)
}

function counted(ns: bigint): Value {
  const value = integer(ns)
  if (value === undefined) throw new FunctionError('The time is beyond 64 bits')
  return value
}

function yearsOf(count: bigint): bigint {
  return (count * 365n + count / 4n) * NANOS['day']!
}

/** Pairs of count and unit; undefined if one of them is neither. */
function spanOf(text: string): bigint | undefined {
  const words = text.trim().split(/\s+/)
  let sum = 0n
  for (let at = 0; at < words.length; at += 2) {
    const count = words[at]!
    const unit = words[at + 1]?.replace(/s$/, '')
    if (!/^[0-9]{1,19}$/.test(count) || unit === undefined) return undefined
    if (unit === 'year') sum += yearsOf(BigInt(count))
    else if (NANOS[unit] !== undefined && Object.hasOwn(NANOS, unit)) sum += BigInt(count) * NANOS[unit]
    else return undefined
  }
  return sum
}
