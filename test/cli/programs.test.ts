/** Commands that compile something and print what comes of it. */
import assert from 'node:assert/strict'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { proxyFiles } from '#engine/cli/proxy.ts'
import { home } from '#engine/home.ts'
import { temblor } from './fake-terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'temblor-programs-'))
after(() => rmSync(folder, { recursive: true }))
const shipped = [join(home, 'pipelines'), join(home, 'bindings/reverse-proxy.yaml')]

suite('eval', () => {
  const cases: { argv: string[]; input?: string; code?: number; out?: string; err?: RegExp }[] = [
    { argv: ['-n', '1 + 1'], out: '2\n' },
    { argv: ['1 + 1'], out: '2\n' },
    { argv: ['event.a + 1'], input: '{"a": 1}\n\n{"a": 2}\n', out: '2\n3\n' },
    { argv: ['event.a'], input: '{\n  "a": 12345678901234567890\n}\n', out: '12345678901234567890\n' },
    { argv: ['event'], input: '{"b": 1.0, "a": 1e2}', out: '{"b":1.0,"a":1e2}\n' },
    { argv: ['drop'], input: '1\n2\n', out: '' },
    {
      argv: ['--json', 'let $x = 1; emit event => "side"'],
      input: '7',
      out: '{"port":"side","event":7,"meta":{"x":1}}\n',
    },
    { argv: ['use tremor::system; system::hostname()', '-n'], out: '"localhost"\n' },
    {
      argv: ['event.b'],
      input: '{"a": 1}',
      code: 1,
      err: /^<expression>:1:7: error\[E\d{4}\]: .*`b`\n[\s\S]*= record: \{"a":1\}\n/,
    },
    { argv: ['1 +'], code: 1, err: /^<expression>:1:4: error\[E\d{4}\]: / },
    { argv: ['event'], input: 'a', code: 1, err: /^temblor: Standard input holds no JSON lines: / },
    { argv: ['-f', 'nowhere.tremor'], code: 1, err: /^temblor: Cannot read "nowhere\.tremor": / },
    { argv: [], code: 64, err: /Either an expression is wanted, or a file by --file/ },
    { argv: ['-f', 'x.tremor', '1'], code: 64, err: /Either an expression is wanted, or a file by --file/ },
  ]
  for (const { argv, input = '', code = 0, out = '', err = /^$/ } of cases) {
    test(`eval ${argv.join(' ')}`, async () => {
      const printed = await temblor(['eval', ...argv], { input })
      assert.deepEqual([printed.code, printed.out], [code, out], printed.err)
      assert.match(printed.err, err)
    })
  }

  test('errors stand before warnings', async () => {
    const { err } = await temblor(['eval', 'match event of case 1 => 2 end; 1 +'])
    assert.match(err, /^<expression>:1:36: error/)
  })

  const queries: readonly (readonly [what: string, text: string, code: number, out: string, err: RegExp])[] =
    [
      [
        'a select that fails ends the run, with what came before it',
        'select event.a from in into out;',
        1,
        '1\n',
        /^[^\n]*query\.trickle:1:14: error\[E0502\]: [\s\S]*= record: \{"password":\(secret\)\}\n/,
      ],
      [
        'a script that fails is an event, if its port err leads somewhere',
        'define script s script event.a end; create script s; select event from in into s; select event from s into out; select event["event"] from s/err into err;',
        0,
        '1\n{"password":"x"}\n3\n',
        /^$/,
      ],
      [
        'a script that fails ends the run, if nothing is told of it',
        'define script s script event.a end; create script s; select event from in into s; select event from s into out;',
        1,
        '1\n',
        /^[^\n]*query\.trickle:1:30: error\[E0502\]: /,
      ],
      [
        'and so does a window',
        'define tumbling window w with size = 1 end; select aggr::stats::sum(event.a) from in[w] into out;',
        1,
        '1.0\n',
        /^[^\n]*query\.trickle:1:75: error\[E0502\]: /,
      ],
    ]
  for (const [what, text, code, out, err] of queries) {
    test(what, async () => {
      const file = join(folder, 'query.trickle')
      writeFileSync(file, text)
      const printed = await temblor(['eval', '-f', file], { input: '{"a":1}\n{"password":"x"}\n{"a":3}\n' })
      assert.deepEqual([printed.code, printed.out], [code, out], printed.err)
      assert.match(printed.err, err)
    })
  }

  test('a pipeline says by which port each event leaves', async () => {
    const file = join(home, 'pipelines/request_handling.trickle')
    const { out } = await temblor(['eval', '--json', '-f', file], { input: '{}\n' })
    assert.equal(JSON.parse(out).port, 'err', 'there is no $request')
  })
})

suite('check', () => {
  test('as JSON', async () => {
    const { code, out, err } = await temblor(['check', '--json', 'nowhere'])
    const { schema, errors, warnings, findings } = JSON.parse(out)
    assert.deepEqual(
      { code, err, schema, errors, warnings },
      { code: 1, err: '', schema: 1, errors: 1, warnings: 0 },
    )
    assert.deepEqual([findings[0].file, findings[0].line, findings[0].column], ['nowhere', 1, 1])
  })

  test('for GitHub', async () => {
    const { out } = await temblor(['check', '--format', 'github', 'no,where'])
    assert.match(
      out,
      /^::error file=no%2Cwhere,line=1,col=1,endLine=1,endColumn=1,title=E\d{4}::Cannot read "no,where"/,
    )
  })

  test('as SARIF', async () => {
    const { out } = await temblor(['check', '--format', 'sarif', 'nowhere'])
    const [run] = JSON.parse(out).runs
    assert.equal(run.tool.driver.rules[0].id, run.results[0].ruleId)
    assert.equal(run.results[0].locations[0].physicalLocation.region.startLine, 1)
  })
})

suite('graph', () => {
  test('a line for each link', async () => {
    const { out } = await temblor(['graph', ...shipped])
    assert.match(out, /^\/onramp\/http_in\/01\/out -> \/pipeline\/request_handling\/01\/in\n/)
  })

  test('within pipelines, links of the binding end at their ports', async () => {
    const { out } = await temblor(['graph', '--inside', ...shipped])
    const lines = out.split('\n')
    assert.ok(lines.includes('/onramp/http_in/01/out -> /pipeline/request_handling/01#in/in'))
    assert.ok(
      lines.some(
        (line) =>
          line.endsWith(' -> /offramp/upstream01/01/in') &&
          line.startsWith('/pipeline/request_handling/01#out/ws01/'),
      ),
    )
  })

  for (const format of ['mermaid', 'dot', 'json']) {
    test(`${format}: every end of an edge is a node`, async () => {
      const { out } = await temblor(['graph', '--inside', '--format', format, ...shipped])
      if (format === 'json') {
        const { nodes, edges } = JSON.parse(out)
        const known = new Set(nodes.map(({ address }: { address: string }) => address))
        assert.deepEqual(
          edges.filter(({ from, to }: { from: string; to: string }) => !known.has(from) || !known.has(to)),
          [],
        )
      } else {
        assert.doesNotMatch(out, /undefined/)
        assert.match(out, format === 'dot' ? /^digraph temblor \{\n/ : /^flowchart LR\n/)
      }
    })
  }
})

suite('proxy', () => {
  test('what it writes passes the check, whatever a header holds', async () => {
    const made = join(folder, 'made')
    const { code } = await temblor([
      'proxy',
      '--to',
      'http://[::1]:9001',
      '--to',
      'b',
      '-H',
      'X-A: #{1} {$request} "q" \\',
      '--write',
      made,
    ])
    assert.equal(code, 0)
    assert.match(readFileSync(join(made, 'proxy.yaml'), 'utf8'), /host: "::1"\n +port: 9001/)
    const checked = await temblor(['check', made])
    assert.equal(checked.code, 0, checked.out)
    assert.equal((await temblor(['proxy', '--to', 'b', '--write', made])).code, 1, 'nothing is written over')
  })

  test('what it prints is what it writes', async () => {
    const { out } = await temblor(['proxy', '--to', 'localhost:9001', '--print-config'])
    const upstreams = [new URL('http://localhost:9001')]
    for (const text of proxyFiles({ host: '127.0.0.1', port: 8080, upstreams, headers: [] }).values())
      assert.ok(out.includes(text))
  })

  for (const [argv, message] of [
    [[], /An upstream is wanted/],
    [['--to', 'http://a/path'], /"http:\/\/a\/path" is not an upstream/],
    [['--to', 'ftp://a'], /"ftp:\/\/a" is not an upstream/],
    [['--to', 'a', '-H', 'x'], /"x" is not a header/],
  ] as const) {
    test(`proxy ${argv.join(' ')}: 64`, async () => {
      const { code, err } = await temblor(['proxy', ...argv])
      assert.equal(code, 64)
      assert.match(err, message)
    })
  }
})

test('demo --write gives files that pass the check', async () => {
  const made = join(folder, 'demo')
  assert.equal((await temblor(['demo', '--write', made])).code, 0)
  assert.equal((await temblor(['check', made])).code, 0)
})

suite('explain and list', () => {
  for (const [subject, wanted] of [
    ['E0001', /^error E0001: /],
    ['e0001', /^error E0001: /],
    ['e510', /^error E0510: /],
    ['W0102', /^warning W0102: /],
    ['len', /^function array::len: [\s\S]*function string::len: /],
    ['std::string::len', /^function string::len: /],
    ['core::datetime::format', /^function datetime::format: /],
    ['math::max/2', /^function math::max: /],
    ['math::max(1, 2)', /^function math::max: /],
    ['aggr::stats::mean', /^aggregate stats::mean: [\s\S]* over .* gives /],
    ['base64', /^codec base64|^[\s\S]*module base64: 2 functions\n\n {2}base64::encode: /],
    ['patch', /^word patch: /],
    ['$', /^word \$: /],
    ['offramp.rest', /^offramp rest: [\s\S]*concurrency/],
    ['offramp.rest.concurrency', /^field offramp\.rest\.concurrency: /],
    ['qos::roundrobin', /^operator qos::roundrobin: /],
    ['array::push', /^function array::push: /],
    ['onramp', /^word onramp: /],
    ['run', /^command run: /],
  ] as const) {
    test(`explain ${subject}`, async () => {
      const { code, out } = await temblor(['explain', subject])
      assert.equal(code, 0)
      assert.match(out, wanted)
    })
  }

  test('a near miss is told what was meant', async () => {
    const { code, err } = await temblor(['explain', 'array::psh'])
    assert.equal(code, 1)
    assert.match(err, /Nothing is called "array::psh", did you mean "array::push"\?/)
  })

  test('every code that the sources declare is explained', async () => {
    const declared = globSync('{dsl,engine}/**/*.ts', { cwd: home }).flatMap((file) => [
      ...readFileSync(join(home, file), 'utf8').matchAll(/^ *code: '([EW]\d{4})',$/gm),
    ])
    assert.ok(declared.length > 100)
    for (const [, code = ''] of declared) assert.equal((await temblor(['explain', code])).code, 0, code)
  })

  test('everything that is listed can be explained', async () => {
    const { items } = JSON.parse((await temblor(['list', '--json'])).out)
    const names = new Set<string>(items.map(({ name }: { name: string }) => name))
    for (const name of [...names].slice(0, 40)) assert.equal((await temblor(['explain', name])).code, 0, name)
  })
})
