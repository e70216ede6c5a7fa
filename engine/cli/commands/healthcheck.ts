import { get } from 'node:http'
import { defineCommand, toggle, value } from '../command.ts'
import { exit, UsageError } from '../exit.ts'

interface Health {
  readonly status: number
  readonly text: string
}

export default defineCommand({
  summary: 'Ask a running Temblor whether it is ready',
  details:
    'Exits with 0 if it is and with 1 if it is not or does not answer, as the HEALTHCHECK of a container wants it.',
  flags: {
    url: value('URL', 'Where its admin listens, if neither the default nor TEMBLOR_ADMIN says so'),
    live: toggle('Ask only whether it lives'),
    timeout: value('MS', 'How long to wait for an answer, milliseconds', { default: '3000' }),
    quiet: toggle('Say nothing', { short: 'q' }),
  },
  examples: [
    ['temblor healthcheck', 'Ask the one at 127.0.0.1:9898'],
    ['temblor healthcheck --url http://127.0.0.1:9899', 'Ask another'],
  ],
  async run({ flags }, terminal) {
    const url = readUrl(flags.url ?? terminal.environment['TEMBLOR_ADMIN'] ?? '127.0.0.1:9898')
    const { status, text } = await ask(new URL(flags.live ? '/livez' : '/readyz', url), Number(flags.timeout))
    if (!flags.quiet) terminal.out(text)
    return status === 200 ? exit.done : exit.no
  },
})

function readUrl(text: string): URL {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`)
  if (url?.protocol === 'http:') return url
  throw new UsageError(`"${text}" is not the URL of an admin address: "http://127.0.0.1:9898" would be`)
}

function ask(url: URL, timeout: number): Promise<Health> {
  return new Promise((resolve) => {
    const request = get(url, { timeout }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece) => (text += piece))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeout} ms`)))
    request.on('error', (error) =>
      resolve({ status: 0, text: `${url.host} does not answer: ${error.message || 'connection refused'}\n` }),
    )
  })
}
