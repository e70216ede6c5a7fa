/** `$response`: what scripts see of an upstream's answer, and what of an event becomes the client's. */
import { table } from './table.ts'

/** Longer than whatever is sent in one piece. */
const long = `{"a": "${'x'.repeat(300_000)}"}`

const echo = { links: { '/pipeline/request/{instance}/out': ['/onramp/web/{instance}/in'] } }

table('an upstream’s answer', {
  'goes back with its status, fields and body': {
    ask: 'GET /',
    says: '418 | Content-Type: text/x-odd | X-One: 1',
    saysBody: '\x00\xffodd',
    gets: [418, 'content-type: text/x-odd', 'x-one: 1', 'content-length: 5'],
    getsBody: '\x00\xffodd',
  },
  'Set-Cookie comes several times and is never joined': {
    ask: 'GET /',
    says: '200 | Set-Cookie: a=1; Expires=Wed, 01 Jan 2031 00:00:00 GMT | Set-Cookie: b=2',
    gets: [200, 'set-cookie: a=1; Expires=Wed, 01 Jan 2031 00:00:00 GMT + b=2'],
  },
  'the same where a script reads the body': {
    response: 'let $response.headers["x-seen"] = event.a; event',
    ask: 'GET /',
    says: '200 | Content-Type: application/json | Set-Cookie: a=1 | Set-Cookie: b=2',
    saysBody: '{"a": "yes"}',
    gets: [200, 'set-cookie: a=1 + b=2', 'x-seen: yes'],
    getsBody: '{"a": "yes"}',
  },
  'hop-by-hop fields and those that Connection names stay behind': {
    ask: 'GET /',
    says: '200 | Connection: X-Secret | X-Secret: 1 | Keep-Alive: timeout=9 | Upgrade: h2c | Proxy-Authenticate: Basic | Trailer: X',
    gets: [200, '!x-secret', '!keep-alive', '!upgrade', '!trailer', 'proxy-authenticate: Basic'],
  },
  'to HEAD has no body and keeps the length it would have': {
    ask: 'HEAD /',
    says: '200 | Content-Length: 12345 | Content-Type: text/plain',
    gets: [200, 'content-length: 12345', 'content-type: text/plain'],
    getsBody: '',
  },
  'to HEAD, where a script reads it, is an empty record there and nothing on the wire': {
    response: 'let $response.headers["x-seen"] = "#{event}"; event',
    ask: 'HEAD /',
    says: '200 | Content-Length: 12345 | Content-Type: application/json',
    gets: [200, 'x-seen: {}', 'content-length: 12345'],
    getsBody: '',
  },
  '304 keeps its fields and has no body': {
    ask: 'GET / | If-None-Match: "a"',
    says: '304 | ETag: "a"',
    gets: [304, 'etag: "a"'],
    getsBody: '',
  },
  '204 has neither body nor length': {
    ask: 'DELETE /',
    says: '204 | X-One: 1',
    gets: [204, '!content-length', '!transfer-encoding', 'x-one: 1'],
    getsBody: '',
  },
  'status and fields are a script’s to change: strings, lists, others left out': {
    response: `
      let $response.status = 203;
      let $response.headers["X-One"] = "1";
      let $response.headers["X-Two"] = ["a", 3, "b"];
      let $response.headers["X-Three"] = {"a": 1};
      let $response.headers.server = "mine";
      event`,
    ask: 'GET /',
    says: '200 | Server: theirs',
    saysBody: 'hello',
    gets: [203, 'x-one: 1', 'x-two: a + b', '!x-three', 'server: mine'],
    getsBody: 'hello',
  },
  'framing is never a script’s': {
    response: `
      let $response.headers["Content-Length"] = "3";
      let $response.headers["Transfer-Encoding"] = "chunked";
      let $response.headers["Connection"] = "close";
      event`,
    ask: 'GET /',
    saysBody: 'hello',
    gets: [200, 'content-length: 5', '!transfer-encoding'],
    getsBody: 'hello',
  },
  'metadata: $response with what was asked, and $correlation': {
    request: 'let $correlation = {"n": 7}; let $mine = 1; event',
    response:
      '{"meta": patch $ of erase "response" end, "status": $response.status, "method": $response.request.method, "endpoint": $response.request.endpoint}',
    ask: 'GET /',
    says: '201 | Content-Type: application/json',
    saysBody: '{}',
    gets: [201],
    getsBody:
      '{"meta":{"correlation":{"n":7}},"status":201,"method":"GET","endpoint":{"scheme":"http","username":null,"password":null,"host":"upstream","port":null,"path":"/","query":null,"fragment":null}}',
  },
  'its fields come in lower case, each with a list of values': {
    response: '$response.headers',
    ask: 'GET /',
    says: '200 | Content-Type: application/json | X-One: 1 | X-ONE: 2',
    saysBody: '{}',
    gets: [200],
    getsBody: '{"content-type":["application/json"],"x-one":["1","2"],"content-length":["2"]}',
  },
  'has the time it came, for windows and metrics': {
    response: 'use tremor::system; [system::ingest_ns() > 1000000000000000000]',
    ask: 'GET /',
    says: '200 | Content-Type: application/json',
    saysBody: '{}',
    gets: [200],
    getsBody: '[true]',
  },
  'without any content is an empty record where a script reads it, and stays empty': {
    response: 'let $response.headers["x-seen"] = "#{event}"; event',
    ask: 'GET /',
    says: '200 | Content-Type: application/json',
    gets: [200, 'x-seen: {}', 'content-length: 0'],
    getsBody: '',
  },
  'that is not what its type says, where a script reads it: 502': {
    response: 'event.a',
    ask: 'GET /',
    says: '200 | Content-Type: application/json',
    saysBody: '{"a":',
    gets: [502, 'temblor-reason: bad_upstream_response'],
  },
  'the same, where none reads it, goes through': {
    ask: 'GET /',
    says: '200 | Content-Type: application/json',
    saysBody: '{"a":',
    gets: [200],
    getsBody: '{"a":',
  },
  'longer than max_body, where a script reads it: 502': {
    response: 'event.a',
    offramp: { config: { max_body: 10 } },
    ask: 'GET /',
    says: '200 | Content-Type: application/json',
    saysBody: '{"a": "0123456789"}',
    gets: [502, 'temblor-reason: bad_upstream_response'],
  },
  'a script that fails on it is a 500 of ours, never the upstream’s success': {
    response: 'event.nope',
    ask: 'GET /',
    says: '200 | Content-Type: application/json | X-One: 1 | Cache-Control: max-age=9',
    saysBody: '{}',
    gets: [500, 'temblor-reason: script_error', 'cache-control: no-store'],
    getsBody: /"reason":"script_error"/,
  },
  'that a script drops is a 500 that must not be stored': {
    response: 'drop',
    ask: 'GET /',
    saysBody: 'hello',
    gets: [500, 'temblor-reason: dropped', 'cache-control: no-store'],
  },
})

table('an event that comes back as the answer', {
  'without $response is a 200': {
    ...echo,
    request: '{"a": 1}',
    ask: 'GET /',
    gets: [200, 'content-type: application/json'],
    getsBody: '{"a":1}',
  },
  'as a string is JSON under the codec json': {
    ...echo,
    request: '"snot"',
    ask: 'GET /',
    gets: [200, 'content-type: application/json'],
    getsBody: '"snot"',
  },
  'with a content type of its own is encoded by that': {
    ...echo,
    request:
      'let $response = {"status": 201, "headers": {"Content-Type": ["text/plain; charset=utf-8"]}}; "snot"',
    ask: 'GET /',
    gets: [201, 'content-type: text/plain; charset=utf-8'],
    getsBody: 'snot',
  },
  'with a type that no codec claims is encoded by the onramp’s and keeps the type': {
    ...echo,
    request: 'let $response = {"headers": {"content-type": "application/vnd.shop+json"}}; {"a": 1}',
    ask: 'GET /',
    gets: [200, 'content-type: application/vnd.shop+json'],
    getsBody: '{"a":1}',
  },
  'with a value its codec cannot encode is a 500': {
    ...echo,
    onramp: { codec: 'influx' },
    request: '{"a": 1}',
    ask: 'GET /',
    gets: [500, 'temblor-reason: script_error'],
    getsBody: /cannot be sent/,
  },
  'with a status that is none is a 500': {
    ...echo,
    request: 'let $response = {"status": "fine"}; event',
    ask: 'GET /',
    gets: [500, 'temblor-reason: script_error'],
  },
  'with an interim status is a 500': {
    ...echo,
    request: 'let $response = {"status": 101}; event',
    ask: 'GET /',
    gets: [500, 'temblor-reason: script_error'],
  },
  'with a line break in a field is a 500 without the field': {
    ...echo,
    request: 'let $response = {"headers": {"x-one": "a\\r\\nset-cookie: b"}}; event',
    ask: 'GET /',
    gets: [500, 'temblor-reason: script_error', '!set-cookie', '!x-one'],
  },
  'unread and unchanged has the body and type that came': {
    ...echo,
    ask: 'POST / | Content-Type: image/odd',
    body: '\x00\xff',
    gets: [200, 'content-type: image/odd'],
    getsBody: '\x00\xff',
  },
  'read and unchanged has the bytes that came, number for number': {
    ...echo,
    request: 'let $seen = event.a; event',
    ask: 'POST / | Content-Type: application/json',
    body: '{"a": 1.0, "b":12345678901234567890 }',
    gets: [200, 'content-type: application/json'],
    getsBody: '{"a": 1.0, "b":12345678901234567890 }',
  },
  'long, read both ways and unchanged, has the bytes that came': {
    request: 'let $correlation = event.a == "x"; event',
    response: 'let $response.headers["x-same"] = "#{event.a == "x"}"; event',
    ask: 'POST / | Content-Type: application/json',
    body: long,
    says: '200 | Content-Type: application/json',
    saysBody: long,
    sees: ['POST /', `content-length: ${long.length}`],
    seesBody: long,
    gets: [200, 'x-same: false'],
    getsBody: long,
  },
  'by err without $response is a 500': {
    ...echo,
    request: 'event.nope',
    ask: 'GET /',
    gets: [500, 'temblor-reason: script_error'],
  },
})
