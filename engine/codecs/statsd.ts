import { fromUtf8 } from '#dsl/bytes.ts'
import { integer, printNumber } from '#dsl/number.ts'
import { Float, fieldOf, float, isRecord, type Rec, type Value } from '#dsl/value.ts'
import { CodecError, defineCodec } from '../codec.ts'

const types = ['c', 'ms', 'g', 'h', 's'] as const

export default defineCodec({
  doc: `A metric of StatsD, \`name:value|type|@rate\`: \`metric\`, \`value\`, \`type\` (\`c\` counter, \`ms\` timer, \`g\` gauge, \`h\` histogram,
\`s\` set), \`sample_rate\` where there is one. A gauge with a sign is a change: \`action\` is \`add\` or \`sub\`, \`value\` the amount.`,
  mime: [],
  structured: false,
  examples: [
    { bytes: 'gorets:1|c', value: '{"metric":"gorets","type":"c","value":1}' },
    { bytes: 'horst:42.23|h', value: '{"metric":"horst","type":"h","value":42.23}' },
    { bytes: 'sam:7|c|@0.1', value: '{"metric":"sam","type":"c","value":7,"sample_rate":0.1}' },
    { bytes: 'addy:+123|g', value: '{"metric":"addy","type":"g","value":123,"action":"add"}' },
    { bytes: 'subastian:-234|g', value: '{"metric":"subastian","type":"g","value":234,"action":"sub"}' },
  ],
  decode(bytes) {
    const text = fromUtf8(bytes)
    const match =
      text === undefined ? null : /^([^:\n]+):([-+]?)([^|]*)\|([^|]*)(?:\|@(.*))?$/s.exec(text.trimEnd())
    if (match === null)
      throw new CodecError(`Cannot decode statsd data: expected "name:value|type", found ${shown(text)}`)
    const [, metric, sign, digits, type, rate] = match
    if (!types.includes(type as 'c'))
      throw new CodecError(
        `Cannot decode statsd data: the type must be one of ${types.join(', ')}, found ${shown(type)}`,
      )
    const change = type === 'g' && sign !== ''
    const record: Record<string, Value> = {
      metric: metric!,
      type: type!,
      value: number(sign === '-' && !change ? `-${digits}` : digits!),
    }
    if (change) record['action'] = sign === '+' ? 'add' : 'sub'
    if (rate !== undefined) record['sample_rate'] = number(rate)
    return record
  },
  encode(value) {
    if (!isRecord(value)) throw new CodecError('Cannot encode statsd data: a metric is a record')
    const metric = fieldOf(value, 'metric')
    if (typeof metric !== 'string' || !/^[^:|\n]+$/.test(metric))
      throw missing('metric', 'a text without ":" and "|"')
    const type = fieldOf(value, 'type')
    if (!types.includes(type as 'c')) throw missing('type', `one of ${types.join(', ')}`)
    const rate = fieldOf(value, 'sample_rate')
    return `${metric}:${sign(value, type)}${printed(value, 'value')}|${type}${rate === undefined ? '' : `|@${printed(value, 'sample_rate')}`}`
  },
})

function sign(record: Rec, type: Value | undefined): string {
  if (type !== 'g') return ''
  const action = fieldOf(record, 'action')
  return action === 'add' ? '+' : action === 'sub' ? '-' : ''
}

function number(text: string): Value {
  if (/^\d+$/.test(text) || /^-\d+$/.test(text)) {
    const whole = integer(BigInt(text))
    if (whole !== undefined) return whole
  } else if (/^-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text)) return float(Number(text))
  throw new CodecError(`Cannot decode statsd data: expected a number, found ${shown(text)}`)
}

function printed(record: Rec, key: string): string {
  const value = fieldOf(record, key)
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Float)
    return printNumber(value)
  throw missing(key, 'a number')
}

function missing(key: string, wanted: string): CodecError {
  return new CodecError(`Cannot encode statsd data: "${key}" must be ${wanted}`)
}

function shown(text: string | undefined): string {
  return text === undefined
    ? 'bytes that are not UTF-8'
    : JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
