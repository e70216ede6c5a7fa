import type { Extractor } from '#dsl/function.ts'
import { decodeInflux } from '#dsl/influx.ts'

/** tremor-influx/src/decoder.rs. */
export default {
  name: 'influx',
  doc: 'A line of InfluxDB’s line protocol. Gives measurement, tags, fields and timestamp; without one, the time of the event.',
  examples: [
    {
      rule: '',
      input: 'wea\\ ther,location=us-midwest temperature=82 1465839830100400200',
      result:
        '{"measurement":"wea ther","tags":{"location":"us-midwest"},"fields":{"temperature":82.0},"timestamp":1465839830100400200}',
    },
    {
      rule: '',
      input: 'cpu,host=a\\,b usage=1.5,cores=4i,note="a \\"b\\", c",up=t',
      result:
        '{"measurement":"cpu","tags":{"host":"a,b"},"fields":{"usage":1.5,"cores":4,"note":"a \\"b\\", c","up":true},"timestamp":0}',
    },
    { rule: '', input: 'snot', result: null },
    { rule: '', input: 'cpu usage=high', result: null },
  ],
  compile: () => ({
    test: (input, { ingestNs }) => decodeInflux(input, ingestNs) !== undefined,
    extract: (input, { ingestNs }) => decodeInflux(input, ingestNs),
  }),
} satisfies Extractor
