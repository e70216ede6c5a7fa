/** The page: what Temblor is for, beside nginx doing the same with Lua and with its own JavaScript. */
import { post, wrk } from '../load/wrk.ts'
import { backends, nginx, nginxPass, passing } from '../peers/nginx.ts'
import { onrampAndOfframps } from '../peers/temblor-yaml.ts'
import { file } from '../scratch.ts'
import { same, seen, small } from '../upstream.ts'
import type { TemblorSetup, Workload } from '../workload.ts'

const asked = {
  method: 'POST',
  headers: { 'content-type': 'application/json', host: 'a.example' },
  body: '{"snot": "badger"}',
}
const forwarded = 'by=localhost:65535;host=a.example;proto=http'
const ports = [1, 2, 3]

export const page: TemblorSetup = {
  yaml: (place) => `${onrampAndOfframps(place)}
binding:
  - id: main
    links:
      /onramp/web/01/out: /pipeline/request_handling/01/in
${ports.map((n) => `      /pipeline/request_handling/01/ws0${n}: /offramp/up${n}/01/in`).join('\n')}
${ports.map((n) => `      /offramp/up${n}/01/out: /pipeline/response_handling/01/in`).join('\n')}
      /pipeline/response_handling/01/out: /onramp/web/01/in
      /pipeline/request_handling/01/err: /onramp/web/01/in
      /pipeline/response_handling/01/err: /onramp/web/01/in
${ports.map((n) => `      /offramp/up${n}/01/err: /pipeline/internal_error_processing/01/in`).join('\n')}
      /pipeline/internal_error_processing/01/out: /onramp/web/01/in
mapping:
  /binding/main/01: { instance: "01" }
`,
  paths: ['request_handling', 'response_handling'].map((name) => `pipelines/${name}.trickle`),
}

const lua = 'cjson.so'
const luaFolder = '/usr/lib/x86_64-linux-gnu/lua/5.1'

export const nginxLua = nginx(
  'nginx+lua',
  (place) => `lua_package_cpath "${luaFolder}/?.so;;"; init_by_lua_block { cjson = require "cjson" }
  ${backends(place)}
  server { listen 127.0.0.1:${place.port}; location / {
    access_by_lua_block {
      ngx.req.read_body()
      local event = cjson.decode(ngx.req.get_body_data() or "{}")
      local forwarded = "by=localhost:65535;host=" .. (ngx.var.http_host or "unknown") .. ";proto=http"
      ngx.req.set_header("Forwarded", forwarded)
      event.forwarded = forwarded
      ngx.req.set_body_data(cjson.encode(event))
    }
    header_filter_by_lua_block { ngx.header["Via"] = "1.1 localhost/nginx" }
    ${passing} } }`,
  { modules: ['ndk_http_module.so', 'ngx_http_lua_module.so'], needs: [`${luaFolder}/${lua}`] },
)

/** njs changes a body only by asking for the answer itself: a subrequest. */
export const nginxJs = nginx(
  'nginx+njs',
  (place) => {
    const script = file(
      'page.js',
      `function page(r) {
  const forwarded = 'by=localhost:65535;host=' + (r.headersIn.host || 'unknown') + ';proto=http'
  const event = JSON.parse(r.requestText || '{}')
  event.forwarded = forwarded
  r.variables.forwarded = forwarded
  r.subrequest('/upstream' + r.uri, { method: r.method, body: JSON.stringify(event), args: r.variables.args || '' }, (reply) => {
    r.headersOut['Content-Type'] = reply.headersOut['Content-Type']
    r.headersOut.Via = '1.1 localhost/nginx'
    r.return(reply.status, reply.responseBuffer)
  })
}
export default { page }
`,
    )
    return `js_import page from ${script}; js_var $forwarded;
  subrequest_output_buffer_size 64k;
  ${backends(place)}
  server { listen 127.0.0.1:${place.port};
    location / { js_content page.page; }
    location /upstream/ { internal; proxy_set_header Forwarded $forwarded;
      ${passing.replace('http://backends', 'http://backends/')} } }`
  },
  { modules: ['ngx_http_js_module.so'] },
)

export default {
  name: 'page',
  order: 1,
  what: 'POST of 18 octets, body and headers changed by script both ways, answer of 300',
  temblor: { temblor: page },
  peers: [nginxLua, nginxJs, nginxPass],
  against: 'nginx+lua',
  asks: [
    same('/anything', small, asked),
    seen({ ...asked, path: '/echo', notOf: ['nginx'] }, { forwarded, length: '76' }),
  ],
  load: wrk({ path: '/anything', lua: post, leastBytes: small.length }),
} satisfies Workload
