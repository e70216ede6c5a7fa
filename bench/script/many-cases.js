const CLASSES = new Map(Array.from({ length: 60 }, (_, at) => [`m${at}`, `c${at}`]))

export const events = [{ measurement: 'm3' }, { measurement: 'm42' }, { measurement: 'x' }]

export const meta = {}

export function run(frame) {
  const { event } = frame
  const name = CLASSES.get(event.measurement)
  frame.meta = { ...frame.meta, class: name === undefined ? 'other' : name }
  return event
}
