/** `temblor convert`: what other systems' files become, and what is said of those that cannot be converted. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { Ajv } from 'ajv'
import { parseAllDocuments, parseDocument } from 'yaml'
import type { Plan } from '#engine/binding/plan.ts'
import { check } from '#engine/check.ts'
import { loadCommand } from '#engine/cli/commands.ts'
import { readFrom } from '#engine/cli/from.ts'
import { loadConfiguration } from '#engine/cli/load.ts'
import { converterNames, loadConverter } from '#engine/convert/converters.ts'
import { readEnvFile } from '#engine/convert/env-file.ts'
import { fakeTerminal, temblor } from '../cli/fake-terminal.ts'
import { root } from '../support/process.ts'
import { folder } from './support.ts'

/** A file of each kind in which everything occurs that the kind knows. */
const samples: Readonly<Record<string, string>> = {
  'go-reverse-proxy': `
proxy:
  listen: { address: "127.0.0.1", port: 8080 }
  services:
    - { name: my-service, domain: My-Service.my-company.com, hosts: [{ address: 10.0.0.1, port: 9090 }, { address: "::1", port: 9091 }] }
    - { name: match, domain: "other.com:8080", hosts: [{ address: 10.0.0.3, port: 80 }] }
    - { domain: "3.com", hosts: [{ address: host.name, port: 80 }] }
    - { name: My Service!, domain: "fourth.com", hosts: [{ address: 10.0.0.3, port: 80 }] }
`,
  'sidecar-dispatcher': `
rewrites:
  dev:
    patch: [{ key: Host, val: example.com }, { key: dispatched, val: true }, { key: X-Home, val: "\${HOME} #{x}" }]
    destination: http://example.com:8080
  "a: b # c": { destination: "https://[::1]:8443" }
  "01": {}
  "\${HOME}": {}
key: environment
destination: http://example.org
`,
}

describe('every kind', () => {
  for (const kind of converterNames()) {
    test(`${kind}: run --from and the files that convert writes are the same graph, without a finding`, async () => {
      const files = folder({ 'theirs.yaml': samples[kind]! })
      const path = join(files.path, 'theirs.yaml')
      const out = join(files.path, 'out')
      const converted = await temblor(['convert', '--from', kind, path, '--out', out])
      assert.equal(converted.code, 0, converted.err)
      const written = await check([out])
      assert.deepEqual(written.findings, [])
      const { terminal } = fakeTerminal()
      const ran = await loadConfiguration({ paths: [], from: await readFrom(kind, [path]) }, terminal)
      assert.equal(ran.report, '')
      assert.deepEqual(graphOf(ran.plan), graphOf(written.plan))
      assert.deepEqual(ran.files[0], path)
      files.remove()
    })

    test(`${kind}: a file that is there is not written over`, async () => {
      const files = folder({ 'theirs.yaml': samples[kind]! })
      const line = [
        'convert',
        '--from',
        kind,
        join(files.path, 'theirs.yaml'),
        '--out',
        join(files.path, 'out'),
      ]
      assert.equal((await temblor(line)).code, 0)
      const again = await temblor(line)
      assert.equal(again.code, 1)
      assert.match(again.err, /EEXIST/)
      files.remove()
    })

    test(`${kind}: each variable and the file it reads are documented`, async () => {
      const converter = (await loadConverter(kind))!
      assert.ok(converter.doc.length > 20)
      assert.ok(Object.keys(converter.variables).length > 0)
    })
  }

  const examples = { 'sidecar-dispatcher': 'sidecar.yaml', 'go-reverse-proxy': 'proxyConfig.yaml' }
  for (const [kind, file] of Object.entries(examples)) {
    test(`${kind}: what is made of the page's file is what is shipped as an example`, async () => {
      const { out } = await temblor(['convert', '--from', kind, join(root, 'test/gateways', file)])
      const [, yaml, trickle] = out.split(/^# ---- .*\n/m)
      const shipped = (path: string) => readFileSync(join(root, path), 'utf8')
      const body = (text: string) => text.slice(text.indexOf('onramp:')).trim()
      // Examples can be run together: of each id and port there is one.
      const own = body(yaml!).replaceAll('http_in', 'services_in').replace('port: 8080', 'port: 8082')
      assert.equal(own, body(shipped(`bindings/${kind}.yaml`)))
      const [, name] = /^# ---- (\S+\.trickle)/m.exec(out)!
      assert.equal(trickle!.trim(), shipped(`pipelines/${name}`).trim())
    })
  }

  test('all that is shipped passes the check at once', async () => {
    const { findings } = await check([join(root, 'pipelines'), join(root, 'bindings')])
    assert.deepEqual(findings, [])
  })

  test('each pipeline and each example that is shipped passes the check together', async () => {
    for (const binding of readdirSync(join(root, 'bindings')).filter((name) => !name.includes('.test.'))) {
      const { findings } = await check([join(root, 'pipelines'), join(root, 'bindings', binding)])
      assert.deepEqual(
        findings.map(({ message }) => `${binding}: ${message}`),
        [],
      )
    }
  })
})

describe('sidecar-dispatcher', () => {
  const said = async (text: string, environment: Record<string, string> = {}) => {
    const files = folder({ 'config.yaml': text })
    const result = await temblor(['convert', '--from', 'sidecar-dispatcher'], {
      directory: files.path,
      environment,
    })
    files.remove()
    return result
  }
  const cases: Readonly<Record<string, readonly [text: string, code: number, err: RegExp]>> = {
    'a key that nothing reads is passed over, as the original does, but said': [
      'destination: http://a\nkeys: environment\n',
      0,
      /warning\[W0652\]: Unknown key "keys".*\n.*config\.yaml:2:1[\s\S]*Did you mean "key"\?/,
    ],
    'rules without a key': [
      'destination: http://a\nrewrites: { dev: {} }\n',
      0,
      /warning\[W0652\]: The rules are never used: "key"/,
    ],
    'a path of a destination counts for nothing': [
      'destination: http://a/b\n',
      0,
      /W0652.*: Of the destination "http:\/\/a\/b" only "http:\/\/a" counts/,
    ],
    'framing is not patched': [
      'destination: http://a\nkey: k\nrewrites: { v: { patch: [{ key: Transfer-Encoding, val: chunked }] } }\n',
      0,
      /W0652.*: The header "Transfer-Encoding" cannot be patched/,
    ],
    'no destination': [
      'key: environment\n',
      1,
      /E0603.*: The field "destination" of the dispatcher is missing/,
    ],
    'a destination that is no URL': ['destination: test\n', 1, /E0651.*: The destination "test" is no URL/],
    'a scheme that is not HTTP': [
      'destination: "ftp://a"\n',
      1,
      /E0651.*: The destination "ftp:\/\/a" is no URL/,
    ],
    'rules that are no map': [
      'destination: http://a\nrewrites: dev\n',
      1,
      /E0602.*"rewrites".*must be a map/,
    ],
    'a name that no header can have': [
      'destination: http://a\nkey: k\nrewrites: { v: { patch: [{ key: "a b", val: 1 }] } }\n',
      1,
      /E0651.*: No message can have a header of the name "a b"/,
    ],
    'a value that would break the message': [
      'destination: http://a\nkey: k\nrewrites: { v: { patch: [{ key: a, val: "x\\r\\nb: c" }] } }\n',
      1,
      /E0651.*: No message can have this value of the header "a"/,
    ],
    'a Host that no request can have': [
      'destination: http://a\nkey: k\nrewrites: { v: { patch: [{ key: hOsT, val: "b c" }] } }\n',
      1,
      /E0651.*: No request can have the Host "b c"/,
    ],
    'a key that no header can have': [
      'destination: http://a\nkey: "environ ment"\nrewrites: { v: { destination: http://b } }\n',
      0,
      /W0652.*: The rules are never used: no request has a header of the name "environ ment"/,
    ],
    'a name and password of a destination are not sent': [
      'destination: http://me:secret@a/\n',
      0,
      /W0652.*: Of the destination only "http:\/\/a" counts/,
    ],
    'a port that nobody can listen on': [
      'destination: http://a:0\n',
      1,
      /E0651.*: Nobody listens on port 0 of the destination "http:\/\/a:0"/,
    ],
    'a port beyond the last': [
      'destination: http://a:70000\n',
      1,
      /E0651.*: The destination "http:\/\/a:70000" is no URL/,
    ],
    'a key twice': [
      'destination: http://a\nkey: a\nkey: b\n',
      1,
      /E0651.*: The file is not YAML: Map keys must be unique/,
    ],
    'an empty file': ['', 1, /E0603.*: The field "destination" of the dispatcher is missing/],
    'a file that is no YAML': ['rewrites: [\n', 1, /E0651.*: The file is not YAML/],
  }
  for (const [name, [text, code, err]] of Object.entries(cases)) {
    test(name, async () => {
      const result = await said(text)
      assert.match(result.err, err)
      assert.equal(result.code, code)
    })
  }

  test('the file is $SIDECAR_CONFIG, else config.yaml, and says so if it is not there', async () => {
    const files = folder({ 'mine.yaml': 'destination: http://mine\n' })
    const directory = files.path
    const line = ['convert', '--from', 'sidecar-dispatcher']
    const mine = await temblor(line, {
      directory,
      environment: { SIDECAR_CONFIG: 'mine.yaml', SIDECAR_PORT: '5001' },
    })
    assert.match(mine.out, /destination: http:\/\/mine /)
    assert.match(mine.out, /port: 5001/)
    const none = await temblor(line, { directory })
    assert.equal(none.code, 1)
    assert.match(
      none.err,
      /Cannot read "config.yaml": it does not exist[\s\S]*--from sidecar-dispatcher FILE/,
    )
    files.remove()
  })

  test('a port that is none', async () => {
    const result = await said('destination: http://a\n', { SIDECAR_PORT: '70000' })
    assert.match(result.err, /SIDECAR_PORT is no port: "70000"/)
    assert.equal(result.code, 1)
  })
})

describe('go-reverse-proxy', () => {
  const one = '{ address: 10.0.0.1, port: 80 }'
  const proxy = (services: string, listen = '{ address: "127.0.0.1", port: 8080 }') =>
    `proxy: { listen: ${listen}, services: ${services} }\n`
  const good = proxy(`[{ name: a, domain: a.com, hosts: [${one}] }]`)
  const said = async (text: string, environment: Record<string, string> = {}) => {
    const files = folder({ 'proxy-configs/proxyConfig.yaml': text })
    const result = await temblor(['convert', '--from', 'go-reverse-proxy'], {
      directory: files.path,
      environment,
    })
    files.remove()
    return result
  }
  const cases: Readonly<Record<string, readonly [text: string, code: number, err: RegExp]>> = {
    'one domain twice: the last counts': [
      proxy(`[{ domain: a.com, hosts: [${one}] }, { domain: A.com, hosts: [${one}] }]`),
      0,
      /W0652.*: The domain "a.com" comes again below/,
    ],
    'a service without instances': [
      proxy('[{ name: a, domain: a.com, hosts: [] }]'),
      1,
      /E0604.*"proxy.services\[0\].hosts"/,
    ],
    'no service': [proxy('[]'), 1, /E0604.*"proxy.services"/],
    'a port that is none': [
      proxy(`[{ domain: a.com, hosts: [{ address: a, port: 70000 }] }]`),
      1,
      /E0604.*port/,
    ],
    'an address with a scheme': [
      proxy('[{ domain: a.com, hosts: [{ address: "http://10.0.0.1", port: 80 }] }]'),
      1,
      /E0651.*: The address "http:\/\/10\.0\.0\.1" is neither a name nor an IP address/,
    ],
    'an address with a port': [
      proxy('[{ domain: a.com, hosts: [{ address: "10.0.0.1:80", port: 80 }] }]'),
      1,
      /E0651.*: The address "10\.0\.0\.1:80" is neither/,
    ],
    'an address that is nothing': [
      proxy('[{ domain: a.com, hosts: [{ address: "", port: 80 }] }]'),
      1,
      /E0651.*: The address "" is neither/,
    ],
    'an IPv4 address beyond the last': [
      proxy('[{ domain: a.com, hosts: [{ address: 10.0.0.300, port: 80 }] }]'),
      1,
      /E0651.*: The address "10\.0\.0\.300" is neither/,
    ],
    'a star is no wildcard: no Host is like it': [
      proxy(`[{ domain: "*.a.com", hosts: [${one}] }, { domain: b.com, hosts: [${one}] }]`),
      0,
      /W0652.*: No request has the Host "\*\.a\.com": this service gets none/,
    ],
    'a domain with a scheme, and no other': [
      proxy(`[{ domain: "http://a.com/", hosts: [${one}] }]`),
      1,
      /E0651.*: No service has a domain that a request can have/,
    ],
    'no address to listen on': [
      proxy(`[{ domain: a.com, hosts: [${one}] }]`, '{ address: "http://0.0.0.0", port: 80 }'),
      1,
      /E0651.*: "http:\/\/0\.0\.0\.0" is no address to listen on/,
    ],
    'no place to listen': ['proxy: { services: [] }\n', 1, /E0603.*"proxy.listen"/],
    'another system\u2019s file': ['rewrites: {}\ndestination: http://a\n', 1, /E0603.*"proxy"/],
  }
  for (const [name, [text, code, err]] of Object.entries(cases)) {
    test(name, async () => {
      const result = await said(text)
      assert.match(result.err, err)
      assert.equal(result.code, code)
    })
  }

  test('IPv6, in brackets or not, and every address to listen on', async () => {
    const { code, out, err } = await said(
      proxy(
        `[{ domain: "[::1]:8080", hosts: [{ address: "::1", port: 1 }, { address: "[::2]", port: 2 }] }]`,
        '{ address: "", port: 8080 }',
      ),
    )
    assert.deepEqual([code, err], [0, ''])
    assert.match(out, /- "?http:\/\/\[::1\]:1"?\n\s+- "?http:\/\/\[::2\]:2/)
  })

  test('variables that are no numbers or addresses', async () => {
    for (const [name, value] of [
      ['MAX_HTTP_RETRIES', 'two'],
      ['MAX_FORWARD_RETRIES', '-1'],
      ['HTTP_CACHE_TTL_SECONDS', '1m'],
      ['METRICS_ADDR', '8090'],
    ] as const) {
      const { code, err } = await said(good, { [name]: value })
      assert.equal(code, 1, name)
      assert.match(err, new RegExp(`${name} is no (number|address): "${value}"`))
    }
  })

  test('what variables say is in the files; without a time nothing is cached', async () => {
    const { out } = await said(good, {
      MAX_HTTP_RETRIES: '0',
      MAX_FORWARD_RETRIES: '1',
      HTTP_CACHE_TTL_SECONDS: '0',
    })
    assert.match(out, /attempts: 2 /)
    assert.doesNotMatch(out, /cache:/)
    assert.match((await said(good)).out, /max_freshness: 60s/)
  })
})

test('a file of another system, given as if it were ours, is told for what it is', async () => {
  for (const [name, kind] of [
    ['sidecar.yaml', 'sidecar-dispatcher'],
    ['proxyConfig.yaml', 'go-reverse-proxy'],
  ]) {
    const { code, err } = await temblor(['run', `test/gateways/${name}`, '--no-admin'], { directory: root })
    assert.equal(code, 78)
    assert.match(err, new RegExp(`another system: temblor run --from ${kind} test/gateways/${name}`))
  }
})

test('whatever stands where texts are asked for, there are findings and never a crash', async () => {
  const odd = [
    '',
    ' ',
    '~',
    '"\\u0000"',
    '"a b"',
    '"a\\r\\nb: c"',
    '"[::1"',
    '"::1"',
    '"é.com"',
    '"*"',
    '"a?b#c"',
    '"a@b"',
    '"a/../b"',
    '"%2e%2e"',
    '-1',
    '1e3',
    'true',
    '"__proto__"',
    '"\\\\"',
    '"#{x}"',
    '"${HOME}"',
    '"{a}"',
    "'\"'",
  ]
  for (const text of odd) {
    const sidecar = `key: ${text}\ndestination: http://a\nrewrites:\n  ? ${text}\n  : { patch: [{ key: x, val: ${text} }, { key: Host, val: ${text} }] }\n`
    const named = `destination: ${text}\nkey: k\nrewrites: { v: { patch: [{ key: ${text}, val: a }], destination: ${text} } }\n`
    const domain = `proxy: { listen: { address: 127.0.0.1, port: 80 }, services: [{ name: ${text}, domain: ${text}, hosts: [{ address: a, port: 1 }] }, { domain: b, hosts: [{ address: b, port: 1 }] }] }\n`
    const address = `proxy: { listen: { address: ${text}, port: 80 }, services: [{ name: ${text}, domain: a, hosts: [{ address: ${text}, port: 1 }] }] }\n`
    for (const [kind, file] of [
      ['sidecar-dispatcher', sidecar],
      ['sidecar-dispatcher', named],
      ['go-reverse-proxy', domain],
      ['go-reverse-proxy', address],
    ] as const) {
      const files = folder({ 'theirs.yaml': file })
      const { code, err } = await temblor(['convert', '--from', kind, 'theirs.yaml'], {
        directory: files.path,
      })
      files.remove()
      assert.ok(code === 0 || (code === 1 && /^error\[E06\d\d\]/m.test(err)), `${file}\n${code}\n${err}`)
    }
  }
})

test('.env files: as shells write them, and as the page of go-reverse-proxy does', () => {
  const text = `
# a comment
A=1
B: 2
export C = "three # no comment"
D: ":8090"   # a comment
E='$HOME'
F=
not a line
G=a#b
`
  const expected = { A: '1', B: '2', C: 'three # no comment', D: ':8090', E: '$HOME', F: '', G: 'a#b' }
  assert.deepEqual(readEnvFile(text), expected)
})

function graphOf(plan: Plan | undefined) {
  assert.ok(plan)
  const nodes = [...plan.onramps, ...plan.offramps, ...plan.pipelines].map(({ address, form }) => [
    address,
    form,
  ])
  return { nodes, links: plan.links.map(({ from, to }) => [from, to]) }
}

describe('what is shipped for a cluster', () => {
  test('the pod has two containers, and the sidecar reads what the page prints', async () => {
    const documents = parseAllDocuments(readFileSync(join(root, 'deploy/sidecar/pod.yaml'), 'utf8')).map(
      (each) => {
        assert.deepEqual(each.errors, [])
        return each.toJS()
      },
    )
    const pod = documents.find(({ kind }) => kind === 'Pod')
    assert.equal(pod.spec.containers.length, 2)
    const config = documents.find(({ metadata }) => metadata.name === 'sidecar-config').data['config.yaml']
    const plain = (text: string) => parseDocument(text).toJS()
    assert.deepEqual(plain(config), plain(readFileSync(join(root, 'test/gateways/sidecar.yaml'), 'utf8')))
  })

  test("the chart's default configuration passes the check, and its values keep to their schema", async () => {
    const chart = join(root, 'deploy/helm/temblor')
    const values: Values = parseDocument(readFileSync(join(chart, 'values.yaml'), 'utf8')).toJS()
    const files = folder(values.files)
    const { findings } = await check([files.path])
    assert.deepEqual(
      findings.map(({ message }) => message),
      [],
    )
    files.remove()
    const schema = JSON.parse(readFileSync(join(chart, 'values.schema.json'), 'utf8'))
    const validate = new Ajv({ allErrors: true, strict: false }).compile(schema)
    assert.ok(validate(values), JSON.stringify(validate.errors))
    assert.equal(validate({ ...values, resource: {} }), false)
    assert.deepEqual(values.resources, {
      limits: { cpu: '600m', memory: '512Mi' },
      requests: { cpu: '100m', memory: '128Mi' },
    })
    assert.deepEqual(schema.properties.from.properties.kind.enum.slice(1).sort(), converterNames())
  })
})

interface Values {
  readonly files: Record<string, string>
  readonly resources: unknown
}

describe('the page about gateways', () => {
  const page = readFileSync(join(root, 'engine/convert/README.md'), 'utf8')

  test('names every kind and every variable', async () => {
    for (const kind of converterNames()) {
      assert.ok(page.includes(`## ${kind}\n`), kind)
      for (const name of Object.keys((await loadConverter(kind))!.variables))
        assert.ok(page.includes(name), name)
    }
  })

  test('names only files, commands and flags that are there', async () => {
    for (const [, path] of page.matchAll(/`?\b((?:engine|bindings|pipelines|deploy|bench)\/[\w./-]*\w)/g))
      assert.ok(existsSync(join(root, path!)), path!)
    for (const [, name, rest] of page.matchAll(/npx temblor (\w+)([^\n`|]*)/g)) {
      const command = await loadCommand(name!)
      assert.ok(command !== undefined, name!)
      for (const [, flag] of rest!.matchAll(/ --([\w-]+)/g))
        assert.ok(flag! in command.flags, `${name} --${flag}`)
    }
  })
})
