import { DROP } from '#dsl/program.ts'

export const events = [['get', 'a'], ['set', 'a', 1], ['del']]

export const meta = {}

export function run(frame) {
  const { event } = frame
  if (!Array.isArray(event)) return DROP
  if (event.length === 2 && event[0] === 'get') return event[1]
  return event.length === 3 && event[0] === 'set' ? event[2] : null
}
