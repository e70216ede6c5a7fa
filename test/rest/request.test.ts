/** `$request` as scripts see it, and what of it the upstream is sent. */
import { table } from './table.ts'

/** Answers with what the script says, without an upstream. */
const echo = {
  links: {
    '/pipeline/request/{instance}/out': ['/onramp/web/{instance}/in'],
  },
}

table('$request', {
  'method in upper case, path and query as sent, host without its port': {
    ...echo,
    request: '$request.url',
    ask: 'GET /a%20b/c;d?x=1&x=%2F | Host: shop.test:8080',
    sees: null,
    gets: [200, 'content-type: application/json'],
    getsBody: '{"scheme":"http","host":"shop.test","port":8080,"path":"/a%20b/c;d","query":"x=1&x=%2F"}',
  },
  'the default port is absent, the query too if none was sent': {
    ...echo,
    request: '$request.url',
    ask: 'GET / | Host: shop.test:80',
    gets: [200],
    getsBody: '{"scheme":"http","host":"shop.test","path":"/"}',
  },
  'an absolute target counts over Host': {
    ...echo,
    request: '$request.url',
    ask: 'GET http://other.test/x | Host: shop.test',
    gets: [200],
    getsBody: '{"scheme":"http","host":"other.test","path":"/x"}',
  },
  'headers by lower-case names, every value in a list, duplicates in order': {
    ...echo,
    request: '{"a": $request.headers["x-one"], "b": $request.headers["x-two"], "m": $request.method}',
    ask: 'DELETE / | X-One: 1 | x-two: a | X-ONE: 2',
    gets: [200],
    getsBody: '{"a":["1","2"],"b":["a"],"m":"DELETE"}',
  },
  'names of JavaScript are names like others': {
    ...echo,
    request: '[$request.headers["__proto__"], $request.headers.constructor]',
    ask: 'GET / | __proto__: x | constructor: y',
    gets: [200],
    getsBody: '[["x"],["y"]]',
  },
  'hop-by-hop fields and those that Connection names are not there': {
    ...echo,
    request: '$request.headers',
    ask: 'GET / | Connection: keep-alive, X-Secret | X-Secret: 1 | Keep-Alive: 5 | TE: trailers | Upgrade: h2c | X-Kept: 1',
    gets: [200],
    getsBody: '{"host":["client.test"],"x-kept":["1"]}',
  },
  'the origin is tremor-rest and the Host': {
    ...echo,
    request: 'use tremor::origin; [origin::scheme(), origin::host(), origin::port(), origin::path()]',
    ask: 'GET / | Host: shop.test',
    gets: [200],
    getsBody: '["tremor-rest","shop.test",null,[""]]',
  },
  'without a Host the origin is what tremor says': {
    ...echo,
    request: 'use tremor::origin; origin::host()',
    ask: 'GET / HTTP/1.0 | Host: ',
    gets: [200],
    getsBody: '"tremor-rest-client-host.remote"',
  },
})

table('what goes upstream', {
  'method, fields and body go through; Host is the endpoint’s': {
    ask: 'PUT /a/b?c=d | X-One: 1 | Content-Type: text/x-odd',
    body: '\x00\xffodd',
    sees: ['PUT / HTTP/1.1', 'host: upstream', 'x-one: 1', 'content-type: text/x-odd', 'content-length: 5'],
    seesBody: '\x00\xffodd',
    gets: [200],
  },
  'a script changes method and fields: strings and lists of strings, others are left out': {
    request: `
      let $request.method = "patch ";
      let $request.headers["X-One"] = "1";
      let $request.headers["X-Two"] = ["a", "b", 3];
      let $request.headers["X-Three"] = 3;
      event`,
    ask: 'POST /',
    body: '{"a":1}',
    sees: ['PATCH /', 'x-one: 1', 'x-two: a + b', '!x-three'],
    seesBody: '{"a":1}',
    gets: [200],
  },
  'a script’s field replaces the one of another spelling': {
    request: 'let $request.headers["Forwarded"] = "for=me"; event',
    ask: 'GET / | forwarded: for=spoofed',
    sees: ['forwarded: for=me'],
    gets: [200],
  },
  'methods of WebDAV and QUERY go through': {
    ask: 'PROPFIND / | Depth: 1',
    sees: ['PROPFIND /', 'depth: 1'],
    gets: [200],
  },
  'a method nobody knows is the script’s mistake: error event with 400': {
    request: 'let $request.method = "BREW"; event',
    ask: 'GET /',
    sees: null,
    gets: [400, 'temblor-reason: script_error'],
  },
  'without $request the configured method and fields': {
    request: 'let $request = {}; {"a": 1}',
    offramp: { config: { method: 'PUT', headers: { 'X-Upstream': 'one', 'Content-Type': 'text/plain' } } },
    ask: 'GET /',
    sees: ['PUT /', 'x-upstream: one', 'content-type: text/plain', 'host: upstream'],
    seesBody: '{"a":1}',
    gets: [200],
  },
  'tremor’s default method is POST': {
    request: 'let $request = {}; {"a": 1}',
    ask: 'GET /',
    sees: ['POST /', 'content-type: application/json'],
    gets: [200],
  },
  'configured fields give way to the request’s': {
    offramp: { config: { headers: { 'X-One': 'configured', 'X-Two': 'configured' } } },
    ask: 'GET / | x-one: asked',
    sees: ['x-one: asked', 'x-two: configured'],
    gets: [200],
  },
  'a configured Host is sent instead of the endpoint’s': {
    offramp: { config: { headers: { Host: 'shop.internal' } } },
    ask: 'GET / | host: shop.example',
    sees: ['host: shop.internal'],
    gets: [200],
  },
  'framing is never a script’s: length, coding and connection are left out': {
    request: `
      let $request.headers["Content-Length"] = "1";
      let $request.headers["Transfer-Encoding"] = "gzip";
      let $request.headers["Connection"] = "x-one";
      let $request.headers["X-One"] = "1";
      event`,
    ask: 'POST /',
    body: '{"a":1}',
    sees: ['content-length: 7', '!transfer-encoding', 'x-one: 1'],
    seesBody: '{"a":1}',
    gets: [200],
  },
  'hop-by-hop fields and those that Connection names are not passed on': {
    ask: 'GET / | Connection: close, X-Secret | X-Secret: 1 | Proxy-Connection: x | HTTP2-Settings: x | TE: trailers | Upgrade: h2c | X-Kept: 1',
    sees: ['!x-secret', '!proxy-connection', '!http2-settings', '!te', '!upgrade', 'x-kept: 1'],
    gets: [200],
  },
  'a line break in a field is an error, not a field': {
    request: 'let $request.headers["X-One"] = "a\\r\\nX-Two: b"; event',
    ask: 'GET /',
    sees: null,
    gets: [400, 'temblor-reason: script_error'],
  },
  'a field name that is none is an error': {
    request: 'let $request.headers["X One"] = "a"; event',
    ask: 'GET /',
    sees: null,
    gets: [400, 'temblor-reason: script_error'],
  },
})

table('$endpoint', {
  'absent: the configured one, path and query of the client are not used': {
    offramp: { config: { endpoint: 'http://upstream/base?q=1' } },
    ask: 'GET /other?x',
    sees: ['GET /base?q=1 HTTP/1.1'],
    gets: [200],
  },
  'a record goes over the configured one, field by field': {
    request: 'let $endpoint = {"path": "/other"}; event',
    offramp: { config: { endpoint: 'http://upstream/base?q=1' } },
    ask: 'GET /',
    sees: ['GET /other?q=1 ', 'host: upstream'],
    gets: [200],
  },
  'as on the page: the url of the request without host and port': {
    request: 'let $endpoint = patch $request.url of erase "host", erase "port" end; event',
    ask: 'GET /a%2Fb?x=%20 | Host: shop.test:99',
    sees: ['GET /a%2Fb?x=%20 ', 'host: upstream'],
    gets: [200],
  },
  'a URL replaces it whole': {
    request: 'let $endpoint = "http://upstream:8080/only"; event',
    offramp: { config: { endpoint: 'http://elsewhere/base?q=1' } },
    ask: 'GET /',
    sees: ['GET /only HTTP/1.1', 'host: upstream:8080'],
    gets: [200],
  },
  'user and password become basic authentication, unless stated': {
    request: 'let $endpoint = "http://me:secret@upstream/"; event',
    ask: 'GET /',
    sees: ['authorization: Basic bWU6c2VjcmV0'],
    gets: [200],
  },
  'of the wrong type: error event with 400': {
    request: 'let $endpoint = 5; event',
    ask: 'GET /',
    sees: null,
    gets: [400, 'temblor-reason: script_error'],
    getsBody: /neither a URL nor a record/,
  },
  'with a port that is no number: 400': {
    request: 'let $endpoint = {"port": "80"}; event',
    ask: 'GET /',
    sees: null,
    gets: [400, 'temblor-reason: script_error'],
  },
  'not http: 400': {
    request: 'let $endpoint = "ftp://upstream/"; event',
    ask: 'GET /',
    sees: null,
    gets: [400, 'temblor-reason: script_error'],
  },
  'without a host: 400': {
    request: 'let $endpoint = {"host": ""}; event',
    ask: 'GET /',
    sees: null,
    gets: [400, 'temblor-reason: script_error'],
  },
  'with a blank in its path: 400': {
    request: 'let $endpoint = {"path": "/a b HTTP/1.1"}; event',
    ask: 'GET /',
    sees: null,
    gets: [400, 'temblor-reason: script_error'],
  },
})
