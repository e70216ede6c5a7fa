import { FunctionError } from '#dsl/function.ts'
import { integer } from '#dsl/number.ts'
import { fn, module } from '#dsl/stdlib.ts'

export default module({
  doc: 'Numbers without a fraction.',
  registry: 'integer',
  functions: {
    parse: fn({
      doc: 'The integer that the text writes in decimal digits, within 64 bits, signed.',
      args: [['text', 'string']],
      returns: 'integer',
      examples: [
        ['integer::parse("42")', '42'],
        ['integer::parse("-9223372036854775808")', '-9223372036854775808'],
        ['integer::parse("4.2")', 'error: Expected an integer such as "42", found "4.2"'],
        [
          'integer::parse("9223372036854775808")',
          'error: Expected an integer of 64 bits, found "9223372036854775808"',
        ],
      ],
      run: (text) => {
        if (!/^[-+]?[0-9]+$/.test(text)) {
          throw new FunctionError(`Expected an integer such as "42", found ${JSON.stringify(text)}`)
        }
        // More digits than any 64-bit number has, leading zeros aside: no need to build a huge number to refuse it.
        const digits = text.replace(/^([-+]?)0+(?=[0-9])/, '$1')
        const value = digits.length > 20 ? undefined : BigInt(digits.replace('+', ''))
        if (value === undefined || value !== BigInt.asIntN(64, value)) {
          throw new FunctionError(`Expected an integer of 64 bits, found ${JSON.stringify(text)}`)
        }
        return integer(value)!
      },
    }),
  },
  constants: {
    min: [
      -9223372036854775807n,
      'One more than the least signed integer, as in tremor, where the least cannot be written.',
    ],
    max: [9223372036854775807n, 'The greatest signed integer.'],
  },
})
