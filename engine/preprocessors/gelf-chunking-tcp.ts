import { gelfChunks } from '../formats/gelf.ts'
import { definePreprocessor } from '../processor.ts'

export default definePreprocessor({
  doc: 'As `gelf-chunking`, for messages that end with a NUL byte, as GELF over TCP has them: it is taken off.',
  examples: [{ in: ['{"snot":"badger"}\0', '{}'], out: ['{"snot":"badger"}', '{}'] }],
  create() {
    const chunks = gelfChunks()
    return {
      push: (bytes, frame) =>
        chunks.push(bytes, frame).map((whole) => (whole.at(-1) === 0 ? whole.subarray(0, -1) : whole)),
      end: () => chunks.end(),
    }
  },
})
