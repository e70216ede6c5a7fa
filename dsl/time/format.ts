import { floorDiv, isoWeek, MONTHS, type Moment, momentOf, SECOND, WEEKDAYS } from './calendar.ts'
import { itemsOf } from './layout.ts'

/** A time, nanoseconds since 1970, in a layout. The zone is UTC. Throws `FunctionError` on a layout that is not known. */
export function formatTime(ns: bigint, layout: string): string {
  const moment = momentOf(ns)
  return itemsOf(layout)
    .map((item) => (item.kind === 'field' ? field(item.field, item.pad, { moment, ns }) : item.text))
    .join('')
}

interface Time {
  readonly moment: Moment
  readonly ns: bigint
}

function field(name: string, pad: string, time: Time): string {
  const number = numberOf(name, time)
  return number === undefined ? textOf(name, time) : padded(number, pad)
}

interface Numeric {
  readonly value: number | bigint
  readonly width: number
  readonly fill: '0' | ' ' | ''
}

function padded({ value, width, fill }: Numeric, pad: string): string {
  const wanted = pad === '-' ? '' : pad === '_' ? ' ' : pad === '0' ? '0' : fill
  return wanted === '' ? String(value) : String(value).padStart(width, wanted)
}

function zeros(value: number | bigint, width: number): Numeric {
  return { value, width, fill: '0' }
}

function blanks(value: number): Numeric {
  return { value, width: 2, fill: ' ' }
}

function numberOf(name: string, { moment, ns }: Time): Numeric | undefined {
  switch (name) {
    case 'Y':
      return zeros(moment.year, 4)
    case 'C':
      return zeros(Math.floor(moment.year / 100), 2)
    case 'y':
      return zeros(modulo(moment.year, 100), 2)
    case 'G':
      return zeros(isoWeek(moment).year, 4)
    case 'g':
      return zeros(modulo(isoWeek(moment).year, 100), 2)
    case 'V':
      return zeros(isoWeek(moment).week, 2)
    case 'U':
      return zeros(Math.floor((moment.ordinal + 6 - moment.weekday) / 7), 2)
    case 'W':
      return zeros(Math.floor((moment.ordinal + 6 - ((moment.weekday + 6) % 7)) / 7), 2)
    case 'm':
      return zeros(moment.month, 2)
    case 'd':
      return zeros(moment.day, 2)
    case 'e':
      return blanks(moment.day)
    case 'j':
      return zeros(moment.ordinal, 3)
    case 'w':
      return zeros(moment.weekday, 1)
    case 'u':
      return zeros(((moment.weekday + 6) % 7) + 1, 1)
    case 'H':
      return zeros(moment.hour, 2)
    case 'k':
      return blanks(moment.hour)
    case 'I':
      return zeros(((moment.hour + 11) % 12) + 1, 2)
    case 'l':
      return blanks(((moment.hour + 11) % 12) + 1)
    case 'M':
      return zeros(moment.minute, 2)
    case 'S':
      return zeros(moment.second, 2)
    case 'f':
      return zeros(moment.nano, 9)
    case 's':
      return { value: floorDiv(ns, SECOND), width: 1, fill: '' }
    default:
      return undefined
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by
}

function textOf(name: string, { moment, ns }: Time): string {
  switch (name) {
    case 'b':
      return MONTHS[moment.month - 1]!.slice(0, 3)
    case 'B':
      return MONTHS[moment.month - 1]!
    case 'a':
      return WEEKDAYS[moment.weekday]!.slice(0, 3)
    case 'A':
      return WEEKDAYS[moment.weekday]!
    case 'p':
      return moment.hour < 12 ? 'AM' : 'PM'
    case 'P':
      return moment.hour < 12 ? 'am' : 'pm'
    case 'z':
      return '+0000'
    case ':z':
      return '+00:00'
    case '#z':
      return '+00'
    case 'Z':
      return 'UTC'
    case '+':
      return formatTime(ns, '%Y-%m-%dT%H:%M:%S%.f%:z')
    default:
      return fraction(name, moment.nano)
  }
}

/** `.f` takes as many digits as it needs out of 0, 3, 6 and 9; `.3f` and `3f` take three. */
function fraction(name: string, nano: number): string {
  const digits = String(nano).padStart(9, '0')
  const count = /[369]/.exec(name)?.[0]
  const shown =
    count === undefined ? [0, 3, 6, 9].find((size) => /^0*$/.test(digits.slice(size)))! : Number(count)
  if (shown === 0) return ''
  return (name.startsWith('.') ? '.' : '') + digits.slice(0, shown)
}
