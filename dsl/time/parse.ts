import { daysInMonth, daysOf, daysOfIsoWeek, MONTHS, nanosOf, SECOND, WEEKDAYS } from './calendar.ts'
import { hasZone, type Item, itemsOf } from './layout.ts'

/** What has been read so far, by the letter of its layout, numbers all. `zone` is in seconds east of UTC. */
type Parts = Map<string, number>

interface Reader {
  readonly text: string
  at: number
  readonly parts: Parts
}

/**
 * Reads a time in a layout: nanoseconds since 1970, before it negative. A layout without a zone is read as UTC.
 * The answer is a word on what is wrong if the text is no such time. Throws `FunctionError` on a layout that is not known.
 */
export function parseTime(text: string, layout: string): bigint | string {
  const items = itemsOf(layout)
  const reader: Reader = { text, at: 0, parts: new Map() }
  for (const item of items) {
    if (!readItem(reader, item)) return `found ${JSON.stringify(text.slice(reader.at))} for ${describe(item)}`
  }
  if (reader.at < text.length)
    return `found ${JSON.stringify(text.slice(reader.at))} after the end of the layout`
  return timeOf(reader.parts, hasZone(items))
}

function describe(item: Item): string {
  return item.kind === 'field' ? `"%${item.field}"` : JSON.stringify(item.text)
}

function readItem(reader: Reader, item: Item): boolean {
  if (item.kind === 'blank') {
    skipBlank(reader)
    return true
  }
  if (item.kind === 'text') {
    if (!reader.text.startsWith(item.text, reader.at)) return false
    reader.at += item.text.length
    return true
  }
  return readField(reader, item.field)
}

function skipBlank(reader: Reader): void {
  take(reader, /\s*/y)
}

function take(reader: Reader, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)
  if (found !== null) reader.at = pattern.lastIndex
  return found
}

/** How many digits a number may have. A year may have a sign. */
const DIGITS: Readonly<Record<string, RegExp>> = {
  Y: /[-+]?\d{1,4}/y,
  G: /[-+]?\d{1,4}/y,
  s: /[-+]?\d{1,18}/y,
  j: /\d{1,3}/y,
  f: /\d{1,9}/y,
  w: /\d/y,
  u: /\d/y,
}
const TWO_DIGITS = /\d{1,2}/y

/** Letters that only pad differently. */
const ALIKE: Readonly<Record<string, string>> = { e: 'd', k: 'H', l: 'I' }

function readField(reader: Reader, field: string): boolean {
  if (/^[YCymdejwuUWGgVHkIlMSsf]$/.test(field)) {
    skipBlank(reader)
    const found = take(reader, DIGITS[field] ?? TWO_DIGITS)
    return found !== null && note(reader, ALIKE[field] ?? field, Number(found[0]))
  }
  switch (field) {
    case 'b':
    case 'B':
      return readName(reader, MONTHS, (index) => note(reader, 'm', index + 1))
    case 'a':
    case 'A':
      return readName(reader, WEEKDAYS, (index) => note(reader, 'w', index))
    case 'p':
    case 'P': {
      const found = take(reader, /[aApP][mM]/y)
      return found !== null && note(reader, 'p', found[0].toLowerCase() === 'pm' ? 1 : 0)
    }
    case 'z':
    case ':z':
      return readOffset(reader, /\s*([-+])(\d\d):?(\d\d)/y)
    case '#z':
      return readOffset(reader, /\s*(?:[zZ]|([-+])(\d\d)(?::?(\d\d))?)/y)
    case 'Z':
      return take(reader, /\S+/y) !== null && note(reader, 'zone', 0)
    case '+':
      return readRfc3339(reader)
    default:
      return readFraction(reader, field)
  }
}

/** Two parts that contradict each other make no time. */
function note(reader: Reader, name: string, value: number): boolean {
  const known = reader.parts.get(name)
  reader.parts.set(name, value)
  return known === undefined || known === value
}

function readName(reader: Reader, names: readonly string[], found: (index: number) => boolean): boolean {
  const rest = reader.text.slice(reader.at, reader.at + 9).toLowerCase()
  const index = names.findIndex((name) => rest.startsWith(name.slice(0, 3).toLowerCase()))
  if (index < 0) return false
  reader.at += rest.startsWith(names[index]!.toLowerCase()) ? names[index]!.length : 3
  return found(index)
}

function readOffset(reader: Reader, pattern: RegExp): boolean {
  const found = take(reader, pattern)
  if (found === null) return false
  const minutes = Number(found[3] ?? 0)
  if (minutes > 59) return false
  const seconds = Number(found[2] ?? 0) * 3600 + minutes * 60
  return note(reader, 'zone', found[1] === '-' ? -seconds : seconds)
}

function readRfc3339(reader: Reader): boolean {
  const items = itemsOf('%Y-%m-%d')
  if (!items.every((item) => readItem(reader, item)) || take(reader, /[Tt ]/y) === null) return false
  return itemsOf('%H:%M:%S%.f%#z').every((item) => readItem(reader, item))
}

/** `.f`, `.3f` and the like read as many digits as there are, and none if there is no dot; `3f` reads exactly three. */
function readFraction(reader: Reader, field: string): boolean {
  if (field.startsWith('.')) {
    const found = take(reader, /(?:\.(\d+))?/y)!
    if (found[1] === undefined) return reader.text[reader.at] !== '.'
    return note(reader, 'f', Number(found[1].slice(0, 9).padEnd(9, '0')))
  }
  const found = take(reader, new RegExp(`\\d{${field[0]}}`, 'y'))
  return found !== null && note(reader, 'f', Number(found[0].padEnd(9, '0')))
}

function timeOf(parts: Parts, zoned: boolean): bigint | string {
  const stamp = parts.get('s')
  const nano = parts.get('f') ?? 0
  if (stamp !== undefined) return BigInt(stamp) * SECOND + BigInt(nano)
  const days = dayOf(parts)
  if (typeof days === 'string') return days
  const seconds = secondOf(parts)
  if (typeof seconds === 'string') return seconds
  const zone = parts.get('zone')
  if (zoned && zone === undefined) return 'the time zone is missing'
  return nanosOf(days, seconds - (zone ?? 0), nano)
}

function secondOf(parts: Parts): number | string {
  const hour = hourOf(parts)
  const minute = parts.get('M')
  const second = parts.get('S') ?? 0
  if (hour === undefined || minute === undefined) return 'the time of the day is missing'
  // 60 is a leap second: it counts as the first of the next minute.
  if (hour > 23 || minute > 59 || second > 60) return 'there is no such time of the day'
  return hour * 3600 + minute * 60 + second
}

function hourOf(parts: Parts): number | undefined {
  const twelve = parts.get('I')
  const half = parts.get('p')
  if (parts.has('H') || twelve === undefined || half === undefined) return parts.get('H')
  return twelve < 1 || twelve > 12 ? 24 : (twelve % 12) + half * 12
}

function dayOf(parts: Parts): number | string {
  const days = dayFromParts(parts)
  if (days === undefined) return 'the date is missing'
  const weekday = weekdayOf(parts)
  if (Number.isNaN(days) || (weekday !== undefined && weekday !== (((days + 4) % 7) + 7) % 7)) {
    return 'there is no such date'
  }
  return days
}

function weekdayOf(parts: Parts): number | undefined {
  const iso = parts.get('u')
  return iso === undefined ? parts.get('w') : iso % 7
}

/** NaN for a date that does not exist. */
function dayFromParts(parts: Parts): number | undefined {
  const year = yearOf(parts, ['Y', 'C', 'y'])
  const month = parts.get('m')
  const day = parts.get('d')
  const ordinal = parts.get('j')
  const weekday = weekdayOf(parts)
  if (year !== undefined && month !== undefined && day !== undefined) {
    const exists = month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month)
    const found = exists ? daysOf(year, month, day) : Number.NaN
    return ordinal === undefined || found === daysOf(year, 1, ordinal) ? found : Number.NaN
  }
  if (year !== undefined && ordinal !== undefined) {
    const exists = ordinal >= 1 && ordinal <= daysOf(year + 1, 1, 1) - daysOf(year, 1, 1)
    return exists ? daysOf(year, 1, ordinal) : Number.NaN
  }
  const isoYear = yearOf(parts, ['G', '', 'g'])
  const week = parts.get('V')
  if (isoYear !== undefined && week !== undefined && weekday !== undefined) {
    // Most years have 52 weeks: their 53rd would be the first of the next.
    const exists = week >= 1 && daysOfIsoWeek(isoYear, week, 1) < daysOfIsoWeek(isoYear + 1, 1, 1)
    return exists ? daysOfIsoWeek(isoYear, week, weekday) : Number.NaN
  }
  if (year === undefined || weekday === undefined) return undefined
  const found = dayOfWeek(parts, year, weekday)
  // The first and the last week of a year are cut off at its ends.
  return found === undefined || (found >= daysOf(year, 1, 1) && found < daysOf(year + 1, 1, 1))
    ? found
    : Number.NaN
}

/** Weeks of `%U` begin on Sundays, those of `%W` on Mondays; week 1 begins on the first such day. */
function dayOfWeek(parts: Parts, year: number, weekday: number): number | undefined {
  const start = daysOf(year, 1, 1)
  const first = (((start + 4) % 7) + 7) % 7
  const sundays = parts.get('U')
  if (sundays !== undefined) return start + ((7 - first) % 7) + (sundays - 1) * 7 + weekday
  const mondays = parts.get('W')
  if (mondays === undefined) return undefined
  return start + ((8 - first) % 7) + (mondays - 1) * 7 + ((weekday + 6) % 7)
}

/** A year of two digits is one from 1970 to 2069. */
function yearOf(parts: Parts, [full, century, short]: readonly [string, string, string]): number | undefined {
  const year = parts.get(full)
  if (year !== undefined) return year
  const two = parts.get(short)
  if (two === undefined) return undefined
  const hundreds = parts.get(century)
  if (hundreds !== undefined) return hundreds * 100 + two
  return two < 70 ? 2000 + two : 1900 + two
}
