import { defineOperator } from '../../operator.ts'
import backpressure from '../qos/backpressure.ts'

export default defineOperator({
  ...backpressure,
  doc: 'The old name of `qos::backpressure`.',
  deprecated: 'Use "qos::backpressure", which is the same operator',
})
