import { module } from '#dsl/stdlib.ts'

export default module({
  doc: 'The bounds of signed integers.',
  registry: 'integer::signed',
  constants: {
    min: [
      -9223372036854775807n,
      'One more than the least signed integer, as in tremor, where the least cannot be written.',
    ],
    max: [9223372036854775807n, 'The greatest signed integer.'],
  },
})
