import { DROP } from '#dsl/program.ts'

export const events = [
  {
    measurement: 'cpu',
    tags: { host: 'a', dc: 'x' },
    fields: { user: 12, system: 3.5 },
    timestamp: 1600000000,
  },
  {
    measurement: 'mem',
    tags: { host: 'b', dc: 'y' },
    fields: { user: 99, system: 0.25 },
    timestamp: 1600000001,
  },
  { measurement: 'disk', tags: { host: 'c' }, fields: { user: 0, system: 1.75 }, timestamp: 1600000002 },
]

export const meta = {}

export function run(frame) {
  const { event } = frame
  let name
  if (event.measurement === 'cpu' && event.fields?.user > 50) name = 'busy'
  else if (event.measurement === 'cpu') name = 'cpu'
  else if (event.timestamp === undefined) return DROP
  else if (event.tags?.dc !== undefined) name = event.tags.dc
  else name = 'other'
  frame.meta = { ...frame.meta, class: name }
  return event
}
