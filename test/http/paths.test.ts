/**
 * P10: many spellings, one path. Whatever a client writes, the rule that takes its request is the rule for what the upstream will make of
 * it; what has no honest meaning is refused. What goes on is what was sent, octet for octet.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { normalPath } from '#engine/http/path.ts'
import { field, request, statusOf } from '../rest/message.ts'
import { type Stand, stand } from '../rest/stand.ts'
import { converse } from '../rest/table.ts'
import { transports } from '../support/transports.ts'
import { type Recorder, startRecorder } from './desync/recorder.ts'

const rules = `define http::route operator rules
  with rules = [{"path": "/admin*", "to": "admin"}, {"path": "/api/*", "to": "api"}, {"path": "/*", "to": "site"}]
end;
create operator rules;
${['admin', 'api', 'site']
  .map(
    (name) => `define script ${name} script
  let $correlation = "${name}";
  let $endpoint = {"path": $request.url.path};
  event
end;
create script ${name};
select event from rules/${name} into ${name};
select event from ${name} into out;
select event from ${name}/err into err;`,
  )
  .join('\n')}
select event from in into rules;`

/** Path as sent, and the rule that takes it; null: refused. */
const paths: Readonly<Record<string, 'admin' | 'api' | 'site' | null>> = {
  '/': 'site',
  '/admin': 'admin',
  '/admin/': 'admin',
  '/admin/users': 'admin',
  '//admin': 'admin',
  '///admin//users': 'admin',
  '/./admin': 'admin',
  '/././admin/.': 'admin',
  '/x/../admin': 'admin',
  '/api/../admin': 'admin',
  '/api/x/../../admin/users': 'admin',
  '/api/%2e%2e/admin': 'admin',
  '/api/%2E%2E/admin': 'admin',
  '/api/.%2e/admin': 'admin',
  '/api/%2e./admin': 'admin',
  '/%61dmin': 'admin',
  '/%61%64%6d%69%6e': 'admin',
  '/adm%69n/users': 'admin',
  '/\\admin': 'admin',
  '\\admin': null,
  '/api\\..\\admin': 'admin',
  '/api/..\\admin': 'admin',
  '/api//../admin': 'admin',
  '/admin;x=1': 'admin',
  '/admin%2fusers': 'admin',
  '/admin%2Fusers': 'admin',
  '/admin%5cusers': 'admin',
  '/admin.': 'admin',
  '/admin%20': 'admin',
  '/admin/../api/x': 'api',
  '/admin/%2e%2e/api/x': 'api',
  '/api/x': 'api',
  '/api/./x': 'api',
  '//api//x': 'api',
  '/ap%69/x': 'api',
  '/api/x/..': 'api',
  '/api/x/%2e%2e/y': 'api',
  '/api/...': 'api',
  '/api/..x': 'api',
  '/api/x..': 'api',
  '/api/%2fadmin': 'api',
  '/api/..%2fadmin': 'admin',
  '/api/%252e%252e/admin': 'api',
  '/api/x%3f/../y': 'api',
  '/api': 'site',
  '/api/..': 'site',
  '/api%2fx': 'api',
  '/Admin': 'site',
  '/ADMIN/users': 'site',
  '/%C3%A4': 'site',
  '/x;/admin': 'site',
  '/x/admin': 'site',
  '/admi%6': 'site',
  '/%zzadmin': 'site',
  '/..': null,
  '/../admin': null,
  '/%2e%2e/admin': null,
  '/api/../../admin': null,
  '/api/%2e%2e/%2e%2e/admin': null,
  '/..\\admin': null,
  '/admin%00': null,
  '/%00/admin': null,
  '/admin\x80': null,
  '/\xc3\xa4': null,
  '/admin\x7f': null,
  '/admin#x': null,
}

for (const transport of [transports.own, transports.node])
  describe(`paths over ${transport.name}`, () => {
    let recorder: Recorder
    let proxy: Stand
    before(async () => {
      recorder = await startRecorder()
      const shape = {
        pipelines: { request: rules },
        response: 'let $response.headers["x-rule"] = $correlation; event',
      }
      proxy = await stand(shape, { transport, upstream: recorder.port })
    })
    after(async () => {
      await proxy.close()
      recorder.close()
    })
    for (const [path, rule] of Object.entries(paths))
      test(`${JSON.stringify(path)}: ${rule ?? 'refused'}`, async () => {
        recorder.take()
        const got = await converse(proxy.port, request(`GET ${path}`))
        if (rule === null) {
          assert.equal(statusOf(got), 400)
          assert.deepEqual(recorder.take().marks, [])
          return
        }
        assert.equal(field(got.fields, 'x-echo'), path)
        assert.equal(field(got.fields, 'x-rule'), rule)
      })
  })

test('the normal form of a normal form is itself', () => {
  for (const path of Object.keys(paths)) {
    const once = normalPath(path)
    if (once !== null) assert.equal(normalPath(once), once, path)
  }
})
