import { gelfChunks } from '../formats/gelf.ts'
import { definePreprocessor } from '../processor.ts'

export default definePreprocessor({
  doc: `Puts GELF messages together that came in chunks, in any order, within five seconds. Messages that came whole pass as they
are; if they may be compressed, \`decompress\` follows.`,
  examples: [
    {
      in: ['base64:Hg8AAAAAAAAAAAECYmFkZ2VyIn0=', 'base64:Hg8AAAAAAAAAAAACeyJzbm90Ijoi'],
      out: ['{"snot":"badger"}'],
    },
    { in: ['{"snot":"badger"}'], out: ['{"snot":"badger"}'] },
  ],
  create: gelfChunks,
})
