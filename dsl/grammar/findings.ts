/** The codes of what can be wrong with the spelling of a text, before any rule of grammar is asked. */
import { defineDiagnostic } from '../diagnostic.ts'

export const unterminatedString = defineDiagnostic({
  code: 'E0001',
  title: 'string without end',
  explain:
    'A string begins and ends with a double quote on one line. Longer texts are written as heredocs: three quotes, a line break, the text, three quotes.',
  wrong: 'let greeting = "hello;\nevent',
  right: 'let greeting = "hello";\nevent',
})

export const unterminatedHeredoc = defineDiagnostic({
  code: 'E0002',
  title: 'heredoc without end',
  explain: 'A heredoc ends with three double quotes. Everything up to them belongs to the text.',
  wrong: '"""\nhello',
  right: '"""\nhello\n"""',
})

export const heredocOpening = defineDiagnostic({
  code: 'E0003',
  title: 'text behind the opening of a heredoc',
  explain:
    'The three quotes that open a heredoc are followed by a line break; its text begins on the next line.',
  wrong: '"""hello\n"""',
  right: '"""\nhello\n"""',
})

export const unterminatedInterpolation = defineDiagnostic({
  code: 'E0004',
  title: 'interpolation without end',
  explain: 'An interpolation in a string is `#{`, one expression, and `}`. A literal `#{` is written `\\#{`.',
  wrong: '"host=#{event.host"',
  right: '"host=#{event.host}"',
})

export const emptyInterpolation = defineDiagnostic({
  code: 'E0005',
  title: 'interpolation without expression',
  explain:
    'Between `#{` and `}` stands the expression whose value is inserted. A literal `#{` is written `\\#{`.',
  wrong: '"host=#{}"',
  right: '"host=#{event.host}"',
})

export const unterminatedIdent = defineDiagnostic({
  code: 'E0006',
  title: 'quoted name without end',
  explain: 'A name in backticks ends with a backtick on the same line.',
  wrong: 'event.`end;\n1',
  right: 'event.`end`;\n1',
})

export const unterminatedExtractor = defineDiagnostic({
  code: 'E0007',
  title: 'extractor without end',
  explain:
    'The rule of an extractor stands between two bars on one line. A bar in the rule is written `\\|`; a backslash at the end of a line continues the rule on the next.',
  wrong: 'match event of\n  case %{ a ~= glob|x* } => 1\n  default => 2\nend',
  right: 'match event of\n  case %{ a ~= glob|x*| } => 1\n  default => 2\nend',
})

export const badEscape = defineDiagnostic({
  code: 'E0008',
  title: 'unknown escape',
  explain:
    'Strings know the escapes \\" \\\' \\\\ \\/ \\b \\f \\n \\r \\t \\# and \\uXXXX. The rule of an extractor knows \\\\, \\| and a backslash at the end of a line.',
  wrong: '"C:\\zeta"',
  right: '"C:\\\\zeta"',
})

export const badUnicode = defineDiagnostic({
  code: 'E0009',
  title: 'bad unicode escape',
  explain:
    'The escape \\u is followed by exactly four hexadecimal digits, which name a character on their own; halves of surrogate pairs do not. Characters may also be written as they are.',
  wrong: '"\\u12"',
  right: '"\\u0012"',
})

export const badCharacter = defineDiagnostic({
  code: 'E0010',
  title: 'character that does not belong in a number',
  explain: 'A letter directly behind a number is an error; put a space or an operator between them.',
  wrong: '12px',
  right: '12',
})

export const badHex = defineDiagnostic({
  code: 'E0011',
  title: 'bad hexadecimal number',
  explain:
    'A hexadecimal number is `0x` and at least one of the digits 0 to 9 and a to f, and fits into 64 bits with sign.',
  wrong: '0x',
  right: '0xff',
})

export const badInt = defineDiagnostic({
  code: 'E0012',
  title: 'integer out of range',
  explain:
    'Integers in a script are 64 bits with sign: from -9223372036854775808 to 9223372036854775807. Larger numbers can be written as floats.',
  wrong: '9223372036854775808',
  right: '9223372036854775808.0',
})

export const badFloat = defineDiagnostic({
  code: 'E0013',
  title: 'bad floating point number',
  explain:
    'A float is written with digits, a point, digits, and if wanted `e` with a whole exponent: 1.5, 1.0e-3.',
  wrong: '1.0e',
  right: '1.0e3',
})

export const unexpectedEnd = defineDiagnostic({
  code: 'E0014',
  title: 'unexpected end of the text',
  explain: 'The text ends in the middle of a word of the language, such as an escape.',
  wrong: '"\\',
  right: '"\\\\"',
})

export const tooDeep = defineDiagnostic({
  code: 'E0015',
  title: 'nested too deeply',
  explain:
    'Expressions nest at most 256 deep, and one chain of operators has at most 1000 parts, so that no text can exhaust the compiler. Name parts of the expression with `let` or in functions.',
})
