import { fromUtf8 } from '#dsl/bytes.ts'
import { decodeInflux } from '#dsl/influx.ts'
import { CodecError, defineCodec } from '../codec.ts'
import { encodeInflux, InfluxError } from '../formats/influx.ts'

const line = 'weather,location=us-midwest temperature=82.0 1465839830100400200'
const record =
  '{"measurement":"weather","tags":{"location":"us-midwest"},"fields":{"temperature":82.0},"timestamp":1465839830100400200}'

export default defineCodec({
  doc: `A line of InfluxDB's line protocol: \`measurement\`, \`tags\`, \`fields\` and \`timestamp\`, in nanoseconds. Bare numbers are
floats, those that end in \`i\` integers. A line without a time is dated by its arrival; empty lines and comments hold no event.`,
  mime: [],
  structured: false,
  examples: [
    { bytes: line, value: record },
    {
      bytes: 'a\\,b,c\\ d=e\\=f g=3i,h="i \\"j\\"",k=true 7',
      value:
        '{"measurement":"a,b","tags":{"c d":"e=f"},"fields":{"g":3,"h":"i \\"j\\"","k":true},"timestamp":7}',
    },
    {
      bytes: 'weather temperature=82',
      value: '{"measurement":"weather","tags":{},"fields":{"temperature":82.0},"timestamp":0}',
      decodeOnly: true,
    },
  ],
  decode(bytes, ingestNs) {
    const text = fromUtf8(bytes)
    if (text === undefined) throw new CodecError('Cannot decode influx data: it is not valid UTF-8')
    const line = text.trim()
    if (line === '' || line.startsWith('#')) return undefined
    const value = decodeInflux(line, ingestNs)
    if (value !== undefined) return value
    throw new CodecError(
      `Cannot decode influx data: expected "measurement,tag=value field=value time", found ${JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}…` : line)}`,
    )
  },
  encode(value) {
    try {
      return encodeInflux(value)
    } catch (error) {
      if (error instanceof InfluxError) throw new CodecError(`Cannot encode influx data: ${error.message}`)
      throw error
    }
  },
})
