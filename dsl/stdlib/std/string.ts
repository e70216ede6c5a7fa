import { fromUtf8Lossy, toUtf8 } from '#dsl/bytes.ts'
import { BadArgument, FunctionError } from '#dsl/function.ts'
import { fn, module } from '#dsl/stdlib.ts'
import type { Value } from '#dsl/value.ts'
import { jsonText } from '#dsl/work.ts'

export default module({
  doc: 'Texts. Lengths and places are counted in Unicode characters, from 0.',
  registry: 'string',
  functions: {
    format: fn({
      doc: 'The text with each `{}` replaced by the next argument; what is no string is written as JSON. `{{` and `}}` stand for braces.',
      args: [['format', 'any']],
      open: true,
      returns: 'string',
      examples: [
        ['string::format("{} is {}", "snot", [1, 2.0])', '"snot is [1,2.0]"'],
        ['string::format("{{}}")', '"{}"'],
        [
          'string::format("{}")',
          'error: the arguments passed to the format function are less than the `{}` specifiers in the format string. The placeholder at 0 can not be filled',
        ],
      ],
      run: (format: Value, ...values: readonly Value[]) => formatted(format, values),
    }),
    is_empty: fn({
      doc: 'Whether the text has no characters.',
      args: [['text', 'string']],
      returns: 'bool',
      examples: [
        ['string::is_empty("")', 'true'],
        ['string::is_empty(" ")', 'false'],
      ],
      run: (text) => text === '',
    }),
    len: fn({
      doc: 'How many Unicode characters the text has.',
      args: [['text', 'string']],
      returns: 'integer',
      examples: [
        ['string::len("snot")', '4'],
        ['string::len("bädger 💀")', '8'],
      ],
      run: lengthOf,
    }),
    bytes: fn({
      doc: 'How many bytes the text has in UTF-8.',
      args: [['text', 'string']],
      returns: 'integer',
      examples: [['string::bytes("bädger 💀")', '12']],
      run: bytesOf,
    }),
    replace: fn({
      doc: 'The text with every `from` replaced by `to`.',
      args: [
        ['text', 'string'],
        ['from', 'string'],
        ['to', 'string'],
      ],
      returns: 'string',
      examples: [
        ['string::replace("snot snot", "snot", "$&")', '"$& $&"'],
        ['string::replace("💀b", "", "-")', '"-💀-b-"'],
      ],
      run: (text, from, to) => (from === '' ? ['', ...text, ''].join(to) : text.replaceAll(from, () => to)),
    }),
    trim: fn({
      doc: 'The text without white space at its ends.',
      args: [['text', 'string']],
      returns: 'string',
      examples: [['string::trim("\\n snot badger  ")', '"snot badger"']],
      run: (text) => text.slice(startOf(text), endOf(text)),
    }),
    trim_start: fn({
      doc: 'The text without white space at its start.',
      args: [['text', 'string']],
      returns: 'string',
      examples: [['string::trim_start("  snot  ")', '"snot  "']],
      run: (text) => text.slice(startOf(text)),
    }),
    trim_end: fn({
      doc: 'The text without white space at its end.',
      args: [['text', 'string']],
      returns: 'string',
      examples: [['string::trim_end("  snot  ")', '"  snot"']],
      run: (text) => text.slice(0, endOf(text)),
    }),
    lowercase: fn({
      doc: 'The text in small letters.',
      args: [['text', 'string']],
      returns: 'string',
      examples: [['string::lowercase("SnOt BÄDGER")', '"snot bädger"']],
      run: (text) => text.toLowerCase(),
    }),
    uppercase: fn({
      doc: 'The text in capital letters.',
      args: [['text', 'string']],
      returns: 'string',
      examples: [['string::uppercase("snot bädger")', '"SNOT BÄDGER"']],
      run: (text) => text.toUpperCase(),
    }),
    capitalize: fn({
      doc: 'The text with its first character as a capital; the rest stays.',
      args: [['text', 'string']],
      returns: 'string',
      examples: [
        ['string::capitalize("ärger SNOT")', '"Ärger SNOT"'],
        ['string::capitalize("")', '""'],
      ],
      run: (text) => {
        const first = text.codePointAt(0)
        if (first === undefined) return ''
        const char = String.fromCodePoint(first)
        return char.toUpperCase() + text.slice(char.length)
      },
    }),
    substr: fn({
      doc: 'The characters from `start` up to, not including, `end`. What lies beyond the text is left out.',
      args: [
        ['text', 'string'],
        ['start', 'integer'],
        ['end', 'integer'],
      ],
      returns: 'string',
      examples: [
        ['string::substr("snot badger", 5, 10)', '"badge"'],
        ['string::substr("a💀b", 1, 99)', '"💀b"'],
        ['string::substr("snot", 3, 1)', '""'],
        ['string::substr("snot", -1, 1)', 'error: Bad type passed to function string::substr/3'],
      ],
      run: (text, start, end) => {
        const from = placeOf(start)
        const to = placeOf(end)
        return isAscii(text)
          ? text.slice(from, Math.max(from, to))
          : [...text].slice(from, Math.max(from, to)).join('')
      },
    }),
    split: fn({
      doc: 'The pieces of the text between each `separator`.',
      args: [
        ['text', 'string'],
        ['separator', 'string'],
      ],
      returns: 'array',
      examples: [
        ['string::split("a,b,,c", ",")', '["a","b","","c"]'],
        ['string::split("", " ")', '[""]'],
        ['string::split("a💀", "")', '["","a","💀",""]'],
      ],
      run: (text, separator) => (separator === '' ? ['', ...text, ''] : text.split(separator)),
    }),
    contains: fn({
      doc: 'Whether `part` occurs in the text.',
      args: [
        ['text', 'string'],
        ['part', 'string'],
      ],
      returns: 'bool',
      examples: [
        ['string::contains("snot badger", "bad")', 'true'],
        ['string::contains("snot", "")', 'true'],
      ],
      run: (text, part) => text.includes(part),
    }),
    from_utf8_lossy: fn({
      doc: 'The text of UTF-8 bytes, with U+FFFD where they are none.',
      args: [['bytes', 'bytes']],
      returns: 'string',
      examples: [['string::from_utf8_lossy(<< 115, 110, 255 >>)', '"sn\ufffd"']],
      run: fromUtf8Lossy,
    }),
    into_binary: fn({
      doc: 'The UTF-8 bytes of the text.',
      args: [['text', 'string']],
      returns: 'bytes',
      examples: [['string::into_binary("snot")', '"c25vdA=="']],
      run: toUtf8,
    }),
  },
})

/** The errors are worded as tremor words them: its suite compares them. */
function formatted(format: Value, values: readonly Value[]): string {
  if (typeof format !== 'string') {
    throw new FunctionError(
      'expected 1st parameter to format to be a format specifier e.g. to print a number use `string::format("{}", 1)`',
    )
  }
  const chars = [...format]
  let result = ''
  let used = 0
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at]!
    const next = chars[at + 1]
    if (char !== '{' && char !== '}' && char !== '\\') result += char
    else if (char === '{' && next === '}') {
      if (used >= values.length) throw unfilled(at)
      const value = values[used++]!
      result += typeof value === 'string' ? value : jsonText(value)
      at++
    } else if (char === '\\' && next !== undefined) {
      result += next === '{' || next === '}' ? next : char + next
      at++
    } else if (char === next) {
      result += char
      at++
    } else throw badFormat(char, at)
  }
  if (used === values.length) return result
  throw new FunctionError(
    'too many parameters passed. Ensure that you have the same number of {} in your format string',
  )
}

function unfilled(at: number): FunctionError {
  return new FunctionError(
    `the arguments passed to the format function are less than the \`{}\` specifiers in the format string. The placeholder at ${at} can not be filled`,
  )
}

function badFormat(char: string, at: number): FunctionError {
  if (char === '\\') return new FunctionError(`bad escape sequence at ${at}`)
  const way =
    char === '{'
      ? 'If you want to use `{` as a literal in the string, you need to escape it with `{{`'
      : 'You have to terminate `}` with another `}` to escape it'
  return new FunctionError(`the format specifier at ${at} is invalid. ${way}`)
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text)
}

function lengthOf(text: string): number {
  let pairs = 0
  for (let at = 0; at < text.length - 1; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0xd800 && code <= 0xdbff) {
      pairs++
      at++
    }
  }
  return text.length - pairs
}

function bytesOf(text: string): number {
  let bytes = text.length
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    // A surrogate is half of four bytes; one unit of it is counted already.
    if (code >= 0xd800 && code <= 0xdfff) bytes += 1
    else if (code >= 0x800) bytes += 2
    else if (code >= 0x80) bytes += 1
  }
  return bytes
}

function placeOf(value: number | bigint): number {
  if (value < 0) throw new BadArgument('A place in a text is not negative')
  return Number(value)
}

const WHITE = /\p{White_Space}/u

function startOf(text: string): number {
  let at = 0
  while (at < text.length && WHITE.test(text[at]!)) at++
  return at
}

function endOf(text: string): number {
  let at = text.length
  while (at > 0 && WHITE.test(text[at - 1]!)) at--
  return at
}
