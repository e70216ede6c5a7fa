/** What a person would write for one job: read lines in pieces, write in pieces. `node by-hand.js FILE` */
import { createReadStream } from 'node:fs'

let rest = ''
for await (const chunk of createReadStream(process.argv[2], { encoding: 'utf8', highWaterMark: 1 << 20 })) {
  const lines = (rest + chunk).split('\n')
  rest = lines.pop()
  let out = ''
  for (const line of lines) {
    const event = JSON.parse(line)
    if (event.status < 400) continue
    const { id, method, url, duration } = event
    out += `${JSON.stringify({ id, what: `${method} ${url.path}`, half: duration * 500, failed: true })}\n`
  }
  if (!process.stdout.write(out)) await new Promise((resolve) => process.stdout.once('drain', resolve))
}
