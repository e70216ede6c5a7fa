import { FunctionError } from '#dsl/function.ts'
import { fn, module } from '#dsl/stdlib.ts'
import { float } from '#dsl/value.ts'

const DECIMAL = /^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$/
const SPECIAL = /^([-+]?)(inf|infinity|nan)$/i

export default module({
  doc: 'Numbers with a fraction.',
  registry: 'float',
  functions: {
    parse: fn({
      doc: 'The float that the text writes. Blanks around it are an error.',
      args: [['text', 'string']],
      returns: 'float',
      examples: [
        ['float::parse("42.42")', '42.42'],
        ['float::parse("1e3")', '1000.0'],
        ['float::parse("snot")', 'error: Expected a number such as "1.5", found "snot"'],
      ],
      run: (text) => {
        if (DECIMAL.test(text)) return float(Number(text))
        const special = SPECIAL.exec(text)
        if (special === null) {
          throw new FunctionError(`Expected a number such as "1.5", found ${JSON.stringify(text)}`)
        }
        if (special[2]!.toLowerCase() === 'nan') return Number.NaN
        return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
      },
    }),
  },
})
