/**
 * The chain of the sidecar's page: an nginx as its enricher is set up (logs each request, a connection for each), and behind it what it is told to start,
 * or the upstream if there is nothing to start. Told by JSON in the first argument; listens on $PORT.
 */
import { nginxCommand } from '../peers/nginx.ts'
import { type Command, cpuOfProxy, cpuOfRest, start } from '../processes.ts'
import { scratch } from '../scratch.ts'

export interface Enriched {
  /** Where the enricher sends everything. */
  readonly to: number
  readonly behind: Command | null
}

const { to, behind } = JSON.parse(process.argv[2]!) as Enriched
const port = Number(process.env['PORT'])
const running = behind === null ? [] : [await start(behind, to, cpuOfProxy)]
running.push(
  await start(
    nginxCommand(
      'enricher',
      `server {
    listen 127.0.0.1:${port};
    location / {
      access_log ${scratch}/enricher.log combined;
      proxy_set_header Host $host; proxy_set_header Enriched true; proxy_set_header X-Real-IP $remote_addr;
      proxy_pass http://127.0.0.1:${to};
    }
  }`,
    ),
    port,
    cpuOfRest,
  ),
)
process.once('SIGINT', async () => {
  await Promise.all(running.map((each) => each.stop()))
  process.exit(0)
})
