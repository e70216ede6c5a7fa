export const events = [
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  [5, 5, 5, 5],
  [1, 2, 3],
]

export const meta = {}

export function run(frame) {
  let total = 0
  for (const item of frame.event) total += item
  return total
}
