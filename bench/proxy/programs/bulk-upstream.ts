/** GET /N answers N octets in blocks; POST answers how many came, all of which have to be right. Listens on the ports it is told. */
import { createServer } from 'node:http'
import { blockOf, blockSize, checker } from './blocks.ts'

const server = () =>
  createServer(async (request, response) => {
    if (request.method === 'POST') {
      const check = checker()
      for await (const chunk of request) check.take(chunk as Buffer)
      response.end(String(check.bytes))
      return
    }
    const bytes = Number(request.url!.slice(1))
    response.setHeader('content-length', bytes)
    let block = 0
    const write = () => {
      while (block * blockSize < bytes)
        if (!response.write(blockOf(block++))) return response.once('drain', write)
      return response.end()
    }
    write()
  })

for (const port of process.argv.slice(2)) server().listen(Number(port), '127.0.0.1')
