/** Syslog messages of both kinds, RFC 5424 and RFC 3164, as the records tremor makes of them (src/codec/syslog.rs). */
import { put } from '#dsl/emit/runtime/records.ts'
import { integer } from '#dsl/number.ts'
import { fieldOf, isRecord, type Rec, type Value } from '#dsl/value.ts'

export class SyslogError extends Error {}

const severities = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug']
const facilities = [
  ...['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp'],
  ...['ntp', 'audit', 'alert', 'clockd'],
  ...['local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'],
]
/** The end of the year 9999. */
const lastNs = 253_402_300_799_999_999_999n
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

interface Message {
  timestamp?: Value
  hostname?: string | undefined
  appname?: string | undefined
  procid?: string | undefined
  msgid?: string | undefined
  version?: number
  data?: Rec | null
  msg: string
}

// ---- reading --------------------------------------------------------------------------------------------------

/** Never fails: what is no syslog message is all `msg`. */
export function readSyslog(text: string, ingestNs: bigint): Rec {
  const head = /^<(\d{1,3})>/.exec(text)
  const priority = head === null ? Number.NaN : Number(head[1])
  if (!(priority < facilities.length * 8)) return recordOf({ msg: text }, Number.NaN)
  const rest = text.slice(head![0].length)
  return recordOf(readNew(rest) ?? readOld(rest, ingestNs), priority)
}

function recordOf(message: Message, priority: number): Rec {
  const prioritised = !Number.isNaN(priority)
  return {
    hostname: message.hostname ?? null,
    severity: prioritised ? severities[priority & 7]! : null,
    facility: prioritised ? facilities[priority >> 3]! : null,
    timestamp: message.timestamp ?? null,
    protocol: message.version === undefined ? 'RFC3164' : 'RFC5424',
    protocol_version: message.version ?? null,
    appname: message.appname ?? null,
    msgid: message.msgid ?? null,
    structured_data: message.data ?? null,
    procid: message.procid ?? null,
    msg: message.msg,
  }
}

/** RFC 5424, section 6: `VERSION TIMESTAMP HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA [MSG]`. */
function readNew(text: string): Message | undefined {
  const head = /^(\d{1,3}) (\S+) (\S+) (\S+) (\S+) (\S+) (?=[-[])/.exec(text)
  if (head === null) return undefined
  const [whole, version, time, hostname, appname, procid, msgid] = head as unknown as string[]
  const timestamp = time === '-' ? null : timeOf(time!)
  if (timestamp === undefined) return undefined
  const { data, end } = readData(text, whole!.length)
  return {
    version: Number(version),
    timestamp,
    hostname: given(hostname!),
    appname: given(appname!),
    procid: given(procid!),
    msgid: given(msgid!),
    data,
    msg: text.slice(end).replace(/^ ?\ufeff?/, ''),
  }
}

/** `[id name="value" …][…]` or `-`. An element that is not written so is passed over. */
function readData(text: string, start: number): { data: Rec | null; end: number } {
  if (text[start] === '-') return { data: null, end: start + 1 }
  const elements: Rec = {}
  const element = /\[((?:"(?:[^"\\]|\\.)*"|[^\]"])*)\]/sy
  let end = start
  for (element.lastIndex = start; ; ) {
    const found = element.exec(text)
    if (found === null) break
    end = element.lastIndex
    const [, id, params] = /^([^\s="\]]+)((?:\s+[^\s="\]]+=\s*"(?:[^"\\]|\\.)*")*)\s*$/s.exec(found[1]!) ?? []
    if (id !== undefined) put(elements, id, readParams(params!))
  }
  return { data: Object.keys(elements).length === 0 ? null : elements, end }
}

function readParams(text: string): Value {
  const params = text.matchAll(/([^\s="\]]+)=\s*"((?:[^"\\]|\\.)*)"/gs)
  return Array.from(params, ([, name, value]) => {
    const param: Rec = {}
    put(param, name!, value!.replace(/\\(["\\\]])/g, '$1'))
    return param
  })
}

/** RFC 3164, section 4.1: `Mmm dd hh:mm:ss HOSTNAME TAG[PID]: MSG`, where each part may be missing. */
function readOld(text: string, ingestNs: bigint): Message {
  const message: Message = { msg: text }
  const dated = /^([A-Z][a-z]{2}) {1,2}(\d{1,2})(?: (\d{4}))? (\d\d):(\d\d):(\d\d):? /.exec(text)
  const stamped = dated === null ? /^(\d{4}-\d\d-\d\dT\S+) /.exec(text) : null
  const time =
    dated === null ? stamped && timeOf(stamped[1]!) : dateOf(dated as unknown as string[], ingestNs)
  if (time !== null && time !== undefined) {
    message.timestamp = time
    const rest = text.slice((dated ?? stamped)![0].length)
    const host = /^(\S+) /.exec(rest)
    const isTag = host !== null && /[:\]]$/.test(host[1]!) && !/^[0-9a-f:]+$/i.test(host[1]!)
    message.hostname = host === null || isTag ? undefined : given(host[1]!)
    message.msg = host === null || isTag ? rest : rest.slice(host[0].length)
  }
  const tag = /^([^\s:[\]]{1,48})(?:\[([^\]\s]*)\])?: ?/.exec(message.msg)
  if (tag === null) return message
  message.appname = tag[1]
  message.procid = tag[2]
  message.msg = message.msg.slice(tag[0].length)
  return message
}

function given(field: string): string | undefined {
  return field === '-' ? undefined : field
}

/** RFC 3339 in nanoseconds since the epoch. */
function timeOf(text: string): Value | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[-+]\d\d:\d\d)$/.exec(text)
  if (match === null) return undefined
  const ms = Date.parse(`${match[1]}T${match[2]}${match[4]!.toUpperCase()}`)
  if (Number.isNaN(ms)) return undefined
  return integer(BigInt(ms) * 1_000_000n + BigInt((match[3] ?? '').padEnd(9, '0')))
}

/** A date that may lack its year: then it is of the year in which it lies nearest to the arrival. */
function dateOf([, name, day, year, hour, minute, second]: string[], ingestNs: bigint): Value | undefined {
  const month = months.indexOf(name!)
  if (month < 0) return undefined
  const at = (of: number) => Date.UTC(of, month, Number(day), Number(hour), Number(minute), Number(second))
  const arrived = Number(ingestNs / 1_000_000n)
  const near = new Date(arrived).getUTCFullYear()
  const candidates = year === undefined ? [near, near - 1, near + 1].map(at) : [at(Number(year))]
  const ms = candidates.reduce((best, each) =>
    Math.abs(each - arrived) < Math.abs(best - arrived) ? each : best,
  )
  return integer(BigInt(ms) * 1_000_000n)
}

// ---- writing --------------------------------------------------------------------------------------------------

/** Throws `SyslogError`. Without a protocol it is RFC 5424, version 1. */
export function writeSyslog(value: Value): string {
  if (!isRecord(value)) throw new SyslogError('a message is a record')
  const facility = ranked(value, 'facility', facilities)
  const severity = ranked(value, 'severity', severities)
  const protocol = fieldOf(value, 'protocol') ?? 'RFC5424'
  const priority = `<${facility * 8 + severity}>`
  if (protocol === 'RFC5424') return priority + writeNew(value)
  if (protocol === 'RFC3164') return priority + writeOld(value)
  throw new SyslogError('"protocol" must be "RFC5424" or "RFC3164"')
}

function writeNew(record: Rec): string {
  const version = fieldOf(record, 'protocol_version') ?? 1
  if (!Number.isInteger(version)) throw new SyslogError('"protocol_version" must be an integer')
  const time = timeIn(record)
  const stamp = time === undefined ? '-' : dateOfNs(time).toISOString().slice(0, 19) + fraction(time)
  const words = (['hostname', 'appname', 'procid', 'msgid'] as const).map((key) => word(record, key) ?? '-')
  const msg = textIn(record, 'msg')
  return [
    version,
    stamp,
    ...words,
    writeData(record),
    ...(msg === undefined || msg === '' ? [] : [msg]),
  ].join(' ')
}

function writeOld(record: Rec): string {
  const time = timeIn(record)
  const hostname = word(record, 'hostname')
  const appname = word(record, 'appname')
  const procid = word(record, 'procid')
  if (hostname !== undefined && time === undefined)
    throw new SyslogError('RFC 3164 knows no "hostname" without a "timestamp"')
  const head = time === undefined ? '' : `${dateText(time)} ${hostname ?? '-'} `
  const tag = appname === undefined ? '' : `${appname}${procid === undefined ? '' : `[${procid}]`}: `
  return head + tag + (textIn(record, 'msg') ?? '')
}

function dateText(ns: bigint): string {
  const date = dateOfNs(ns)
  return `${months[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)} ${date.toISOString().slice(11, 19)}`
}

function writeData(record: Rec): string {
  const data = fieldOf(record, 'structured_data') ?? null
  if (data === null) return '-'
  if (!isRecord(data)) throw new SyslogError('"structured_data" must be a record')
  const elements = Object.entries(data).map(([id, params]) => {
    if (!Array.isArray(params) || !params.every(isRecord))
      throw new SyslogError(`"structured_data.${id}" must be a list of records`)
    const pairs = params.flatMap((param) => Object.entries(param as Rec))
    return `[${[id, ...pairs.map(([name, value]) => `${name}="${escaped(name, value)}"`)].join(' ')}]`
  })
  return elements.join('') || '-'
}

function escaped(name: string, value: Value): string {
  if (typeof value !== 'string')
    throw new SyslogError(`the parameter "${name}" of structured data must be a text`)
  return value.replace(/["\\\]]/g, '\\$&')
}

function ranked(record: Rec, key: string, names: readonly string[]): number {
  const rank = names.indexOf(fieldOf(record, key) as string)
  if (rank < 0) throw new SyslogError(`"${key}" must be one of ${names.join(', ')}`)
  return rank
}

function timeIn(record: Rec): bigint | undefined {
  const time = fieldOf(record, 'timestamp') ?? null
  if (time === null) return undefined
  if (typeof time !== 'bigint' && !Number.isInteger(time))
    throw new SyslogError('"timestamp" must be an integer of nanoseconds')
  const ns = BigInt(time as number | bigint)
  if (ns < 0n || ns > lastNs) throw new SyslogError('"timestamp" must lie between the years 1970 and 9999')
  return ns
}

function dateOfNs(ns: bigint): Date {
  return new Date(Number(ns / 1_000_000n))
}

/** RFC 5424 allows six digits. */
function fraction(ns: bigint): string {
  const micros = (ns / 1000n) % 1_000_000n
  return micros === 0n ? 'Z' : `.${micros.toString().padStart(6, '0').replace(/000$/, '')}Z`
}

function word(record: Rec, key: string): string | undefined {
  const text = textIn(record, key)
  if (text === undefined || text === '') return undefined
  if (!/^[!-~]+$/.test(text)) throw new SyslogError(`"${key}" must be printable ASCII without blanks`)
  return text
}

function textIn(record: Rec, key: string): string | undefined {
  const value = fieldOf(record, key) ?? null
  if (value === null) return undefined
  if (typeof value !== 'string') throw new SyslogError(`"${key}" must be a text`)
  return value
}
