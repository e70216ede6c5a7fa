export const events = [{ text: 'the quick brown fox jumps over the lazy dog' }, { text: 'one' }]

export const meta = {}

export function run(frame) {
  const { text } = frame.event
  const words = text.split(' ')
  return { words: words.length, upper: text.toUpperCase(), first: words[0] }
}
