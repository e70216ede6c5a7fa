export const events = [
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  [5, 5, 5, 5],
  [1.25, 2.25],
]

export const meta = {}

export function run(frame) {
  return frame.event.map((e) => e * 2)
}
