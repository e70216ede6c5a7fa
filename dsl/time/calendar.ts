/** Days, weeks and nanoseconds of the proleptic Gregorian calendar, in UTC. */

export const SECOND = 1_000_000_000n
const DAY = 86_400n * SECOND

/** A moment by its parts. */
export interface Moment {
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly nano: number
  /** From 0, Sunday. */
  readonly weekday: number
  /** From 1. */
  readonly ordinal: number
}

/** Nanoseconds since 1970, before it negative. */
export function momentOf(ns: bigint): Moment {
  const days = floorDiv(ns, DAY)
  const within = ns - days * DAY
  const seconds = Number(within / SECOND)
  const date = dateOf(Number(days))
  return {
    ...date,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    nano: Number(within % SECOND),
    weekday: (((Number(days) + 4) % 7) + 7) % 7,
    ordinal: Number(days) - daysOf(date.year, 1, 1) + 1,
  }
}

export function floorDiv(value: bigint, by: bigint): bigint {
  const quotient = value / by
  return value % by < 0n ? quotient - 1n : quotient
}

/** Days since 1970 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil). */
export function daysOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return (
    era * 146_097 +
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    dayOfYear -
    719_468
  )
}

function dateOf(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const from = Math.floor((5 * dayOfYear + 2) / 153)
  const month = from < 10 ? from + 3 : from - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return { year, month, day: dayOfYear - Math.floor((153 * from + 2) / 5) + 1 }
}

export function daysInMonth(year: number, month: number): number {
  return month === 12 ? 31 : daysOf(year, month + 1, 1) - daysOf(year, month, 1)
}

/** Nanoseconds since 1970 of a day and a time in it. */
export function nanosOf(days: number, seconds: number, nano: number): bigint {
  return BigInt(days) * DAY + BigInt(seconds) * SECOND + BigInt(nano)
}

/** The week of ISO 8601 and the year it belongs to. */
export function isoWeek({ year, ordinal, weekday }: Moment): { year: number; week: number } {
  const week = Math.floor((ordinal - ((weekday + 6) % 7) + 9) / 7)
  if (week < 1) return { year: year - 1, week: isoWeeks(year - 1) }
  return week > isoWeeks(year) ? { year: year + 1, week: 1 } : { year, week }
}

/** The day, since 1970, of a week and weekday (0 Sunday) of ISO 8601. */
export function daysOfIsoWeek(year: number, week: number, weekday: number): number {
  const fourth = daysOf(year, 1, 4)
  const monday = fourth - ((((fourth + 3) % 7) + 7) % 7)
  return monday + (week - 1) * 7 + ((weekday + 6) % 7)
}

function isoWeeks(year: number): number {
  return (daysOfIsoWeek(year + 1, 1, 1) - daysOfIsoWeek(year, 1, 1)) / 7
}

export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

export const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
