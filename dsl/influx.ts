/** One line of InfluxDB's line protocol (https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/). */
import { integer } from './number.ts'
import { float, type Rec, type Value } from './value.ts'

interface Reader {
  readonly text: string
  at: number
}

/** Measurement, tags, fields and timestamp of a line, `now` if it gives none; undefined if it is empty, a comment or no such line. */
export function decodeInflux(line: string, now: bigint): Rec | undefined {
  const reader: Reader = { text: line.trim(), at: 0 }
  if (reader.text === '' || reader.text.startsWith('#')) return undefined
  const measurement = readName(reader, /[, ]/)
  if (measurement === undefined || measurement === '') return undefined
  const tags = readTags(reader)
  if (tags === undefined || reader.text[reader.at++] !== ' ') return undefined
  const fields = readFields(reader)
  if (fields === undefined) return undefined
  const timestamp = readTime(reader, now)
  if (timestamp === undefined) return undefined
  return { measurement, tags: Object.fromEntries(tags), fields: Object.fromEntries(fields), timestamp }
}

/** Up to a character that ends it; a backslash takes an ending character into the name and stays before any other. */
function readName(reader: Reader, ends: RegExp): string | undefined {
  const { text } = reader
  let name = ''
  for (let at = reader.at; at < text.length; at++) {
    const char = text[at]!
    if (ends.test(char)) {
      reader.at = at
      return name
    }
    if (char !== '\\' || at + 1 === text.length) name += char
    else {
      const next = text[++at]!
      name += next === '\\' || ends.test(next) ? next : char + next
    }
  }
  return undefined
}

function readTags(reader: Reader): [string, Value][] | undefined {
  const tags: [string, Value][] = []
  while (reader.text[reader.at] === ',') {
    reader.at++
    const key = readName(reader, /[=, ]/)
    if (key === undefined || reader.text[reader.at++] !== '=') return undefined
    const value = readName(reader, /[,= ]/)
    if (value === undefined || reader.text[reader.at] === '=') return undefined
    tags.push([key, value])
  }
  return tags
}

function readFields(reader: Reader): [string, Value][] | undefined {
  const fields: [string, Value][] = []
  do {
    const key = readName(reader, /[=, ]/)
    if (key === undefined || reader.text[reader.at++] !== '=') return undefined
    const value = readValue(reader)
    if (value === undefined) return undefined
    fields.push([key, value])
  } while (reader.text[reader.at++] === ',')
  const end = reader.at - 1
  return end >= reader.text.length || reader.text[end] === ' ' ? fields : undefined
}

function readValue(reader: Reader): Value | undefined {
  if (reader.text[reader.at] === '"') return readString(reader)
  const bare = /[^, ]+/y
  bare.lastIndex = reader.at
  const found = bare.exec(reader.text)
  if (found === null) return undefined
  reader.at = bare.lastIndex
  return bareValue(found[0])
}

function readString(reader: Reader): string | undefined {
  const quoted = /"((?:[^"\\]|\\[\s\S])*)"/y
  quoted.lastIndex = reader.at
  const found = quoted.exec(reader.text)
  if (found === null) return undefined
  reader.at = quoted.lastIndex
  return found[1]!.replace(/\\(["\\])/g, '$1')
}

function bareValue(text: string): Value | undefined {
  if (/^(?:t|T|true|True|TRUE)$/.test(text)) return true
  if (/^(?:f|F|false|False|FALSE)$/.test(text)) return false
  const whole = /^(-?\d{1,20})[iu]$/.exec(text)
  if (whole !== null) return integer(BigInt(whole[1]!))
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text) ? float(Number(text)) : undefined
}

function readTime(reader: Reader, now: bigint): Value | undefined {
  const text = reader.text.slice(reader.at).trim()
  if (text === '') return integer(now)
  return /^-?\d{1,20}$/.test(text) ? integer(BigInt(text)) : undefined
}
