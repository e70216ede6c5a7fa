/** The page as browsers and services ask for it: more headers, longer bodies, and now and then a new connection. */
import { wrk } from '../load/wrk.ts'
import { same, seen, small } from '../upstream.ts'
import type { Workload } from '../workload.ts'
import { nginxLua, page } from './page.ts'

/** wrk's own Lua: 100 requests, of which the last closes its connection. */
const lua = `local requests, at = {}, 0
init = function()
  for i = 1, 100 do
    local headers = { ["Content-Type"] = "application/json" }
    for j = 1, 5 + (i * 7) % 18 do headers["X-Header-" .. j] = string.rep("v", 8 + (i * j) % 40) end
    if i == 100 then headers["Connection"] = "close" end
    local body = '{"snot": "' .. string.rep("b", math.floor(6 + 4076 * ((i * 37) % 100 / 99) ^ 3)) .. '"}'
    requests[i] = wrk.format("POST", "/anything/" .. i, headers, body)
  end
end
request = function() at = at % 100 + 1; return requests[at] end`

const long = JSON.stringify({ snot: 'b'.repeat(4000) })
const many = Object.fromEntries(Array.from({ length: 22 }, (_, i) => [`x-header-${i}`, 'v'.repeat(30)]))
const asked = {
  method: 'POST',
  headers: { 'content-type': 'application/json', host: 'a.example', ...many },
  body: long,
}

export default {
  name: 'mixed',
  order: 8,
  what: 'the page with 8 to 25 headers, bodies of 18 octets to 4 KiB and 1 % new connections',
  temblor: { temblor: page },
  peers: [nginxLua],
  against: 'nginx+lua',
  asks: [
    same('/anything', small, asked),
    seen(
      { ...asked, path: '/echo' },
      {
        forwarded: 'by=localhost:65535;host=a.example;proto=http',
        length: String(long.length + ',"forwarded":"by=localhost:65535;host=a.example;proto=http"'.length),
      },
    ),
  ],
  load: wrk({ path: '/anything', lua, leastBytes: small.length }),
} satisfies Workload
