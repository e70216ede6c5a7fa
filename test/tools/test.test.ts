/** `temblor test`: what passes, what fails and how that is told, and that what is shipped holds what its tests say. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, suite, test } from 'node:test'
import { home } from '#engine/home.ts'
import { temblor } from '../cli/fake-terminal.ts'

const folder = mkdtempSync(join(tmpdir(), 'temblor-test-'))
after(() => rmSync(folder, { recursive: true }))

const pipeline = `
define script sort
script
  use std::string;
  match event.kind of
    case "a" => event
    case "b" => emit event => "side"
    case "late" => drop
    default => string::uppercase(event.kind)
  end
end;
create script sort;
select event from in into sort;
select event from sort into out;
select event from sort/side into out/side;
select event from sort/err into err;
`
const config = `
onramp:
  - { id: http, type: rest, linked: true, deadline: 5s, config: { port: 8000 } }
offramp:
  - { id: up, type: rest, linked: true, config: { endpoint: { host: up } } }
  - { id: other, type: rest, linked: true, config: { endpoint: { host: other } } }
binding:
  - id: main
    links:
      /onramp/http/01/out: /pipeline/sort/01/in
      /onramp/http/01/err: /pipeline/system::passthrough/01/in
      /pipeline/sort/01/out: /offramp/up/01/in
      /pipeline/sort/01/side: /offramp/other/01/in
      /pipeline/sort/01/err: /onramp/http/01/in
      /offramp/up/01/out: /pipeline/system::passthrough/back/in
      /offramp/up/01/err: /pipeline/system::passthrough/back/in
      /offramp/other/01/out: /pipeline/system::passthrough/back/in
      /offramp/other/01/err: /pipeline/system::passthrough/back/in
      /pipeline/system::passthrough/01/out: /onramp/http/01/in
      /pipeline/system::passthrough/back/out: /onramp/http/01/in
mapping:
  /binding/main/01: {}
`
file('config/sort.trickle', pipeline)
file('config/config.yaml', config)
const head = `configuration: [../config]
mocks:
  /offramp/up/01: { answer: { body: { from: up } } }
tests:
  - name: it
`

suite('what a test file may expect', () => {
  const cases: [what: string, test: string, wrong?: RegExp][] = [
    [
      'an event at a port',
      'insert: { at: /onramp/http/01/out, value: { kind: a } }\nexpect: { at: /pipeline/sort/01/out, value: { kind: a } }',
    ],
    [
      'an address without its slash',
      'insert: { at: pipeline/sort/01/in, value: { kind: b } }\nexpect: { at: offramp/other/01/in }',
    ],
    [
      'another value',
      'insert: { at: /pipeline/sort/01/in, value: { kind: a } }\nexpect: { at: /pipeline/sort/01/out, value: { kind: b } }',
      /Expected the value {"kind":"b"}, found {"kind":"a"}\n.*\.test\.yaml:7:49/,
    ],
    [
      'a float where there is an integer',
      'insert: { at: /pipeline/sort/01/in, value: { kind: a, n: 1 } }\nexpect: { at: /pipeline/sort/01/out, like: { n: 1.0 } }',
      /Expected the value\.n to hold 1\.0, found 1/,
    ],
    [
      'null as a value',
      'insert: { at: /offramp/up/01/out, value: null }\nexpect: { at: /onramp/http/01/in, value: null }',
    ],
    [
      'null, where there is something',
      'insert: { at: /offramp/up/01/out, value: 1 }\nexpect: { at: /onramp/http/01/in, value: null }',
      /Expected the value null, found 1/,
    ],
    [
      'metadata',
      'insert: { at: /pipeline/sort/01/in, value: { kind: a }, meta: { x: { y: 1, z: 2 } } }\nexpect: { at: /pipeline/sort/01/out, meta: { x: { y: 1 } } }',
    ],
    [
      'an expression',
      `insert: { at: /pipeline/sort/01/in, value: { kind: a } }\nexpect: { at: /pipeline/sort/01/out, where: 'present event.kind' }`,
    ],
    [
      'an expression that is false',
      `insert: { at: /pipeline/sort/01/in, value: { kind: a } }\nexpect: { at: /pipeline/sort/01/out, where: 'event.kind == "b"' }`,
      /to be true, found false/,
    ],
    [
      'an expression in quotes that cannot be read',
      `insert: { at: /pipeline/sort/01/in, value: { kind: a } }\nexpect: { at: /pipeline/sort/01/out, where: 'event === 2' }`,
      /-->\s\S*:7:58\n/,
    ],
    [
      'an expression in a block that fails',
      `insert: { at: /pipeline/sort/01/in, value: { kind: a } }\nexpect:\n  at: /pipeline/sort/01/out\n  where: |\n    present event.kind and\n    event.password == 1`,
      /-->\s\S*:11:15\n[\s\S]*= record: \{"kind":"a"\}/,
    ],
    [
      'an expression in folded lines, whose place is that of the whole',
      `insert: { at: /pipeline/sort/01/in, value: { kind: a } }\nexpect:\n  at: /pipeline/sort/01/out\n  where: >-\n    present event.kind\n    and event.password == 1`,
      /-->\s\S*:9:14\n/,
    ],
    [
      'an event, where the script fails: the log says why there is none',
      'insert: { at: /pipeline/sort/01/in, value: { kind: 7, token: abc } }\nexpect: { at: /pipeline/sort/01/out }',
      /found none[\s\S]*= note: Logged: \S*sort\.trickle:9:16: Bad type passed to function string::uppercase\/1; argument 1 7\n/,
    ],
    [
      'a count',
      'insert: { at: /pipeline/sort/01/in, value: { kind: a }, count: 3 }\nexpect: { at: /pipeline/sort/01/out, count: 3 }',
    ],
    [
      'another count',
      'insert: { at: /pipeline/sort/01/in, value: { kind: a }, count: 3 }\nexpect: { at: /pipeline/sort/01/out, count: 2 }',
      /Expected 2 events at "\/pipeline\/sort\/01\/out", found 3, the first being {"kind":"a"}/,
    ],
    [
      'nothing',
      'insert: { at: /pipeline/sort/01/in, value: { kind: late } }\nexpect: { at: /pipeline/sort/01/out, nothing: true }',
    ],
    [
      'nothing, where there is something',
      'insert: { at: /pipeline/sort/01/in, value: { kind: a } }\nexpect: { at: /pipeline/sort/01/out, nothing: true }',
      /Expected no event at "\/pipeline\/sort\/01\/out", found 1/,
    ],
    [
      'the answer of a mock',
      'request: { method: POST, body: { kind: a } }\nexpect: { answer: { status: 200, body: { from: up } } }',
    ],
    [
      'the answer of no mock',
      'request: { method: POST, body: { kind: b } }\nexpect: { answer: { status: 502 } }',
    ],
    [
      'the answer of the engine',
      'request: { method: POST, body: { kind: late } }\nexpect: { answer: { status: 500, reason: dropped } }',
    ],
    [
      'an answer to what was inserted',
      'insert: { at: /onramp/http/01/out, value: { kind: late } }\nexpect: { answer: { reason: dropped } }',
    ],
    [
      'another answer',
      'request: { method: POST, body: { kind: a } }\nexpect: { answer: { status: 404, headers: { x: y } } }',
      /Expected the status 404, found 200[\s\S]*Expected the header "x" to be "y", found none/,
    ],
    [
      'an answer that takes its time',
      'mocks: { /offramp/up/01: { answer: { status: 201 }, after: 2s } }\nrequest: { method: POST, body: { kind: a } }\nsteps: [{ advance: 1999ms, expect: { at: /offramp/up/01/out, nothing: true } }, { advance: 1ms, expect: { answer: { status: 201 } } }]',
    ],
    [
      'an answer that comes too late',
      'mocks: { /offramp/up/01: { fail: timeout } }\nrequest: { method: POST, body: { kind: a } }\nadvance: 5s\nexpect: { answer: { status: 504, reason: deadline } }',
    ],
    [
      'no answer yet',
      'mocks: { /offramp/up/01: { fail: timeout } }\nrequest: { method: POST, body: { kind: a } }\nexpect: { answer: {} }',
      /Expected an answer, found none yet/,
    ],
    [
      'one mock after the other, the last for ever',
      'mocks: { /offramp/up/01: [{ fail: reset }, { answer: { status: 203 } }] }\nrequest: [{ method: POST, body: { kind: a } }, { method: POST, body: { kind: a } }, { method: POST, body: { kind: a } }]\nexpect: [{ answer: { status: 502 } }, { answer: { status: 203 } }, { answer: { status: 203 } }]',
    ],
    [
      'a place that is not there',
      'expect: { at: /pipeline/sort/01/otu }',
      /There is no port[\s\S]*Did you mean "\/pipeline\/sort\/01\/out"\?/,
    ],
    [
      'a mock of what is not there',
      'mocks: { /offramp/down/01: { fail: dns } }',
      /There is no offramp "\/offramp\/down\/01" to mock/,
    ],
    ['a misspelt key', 'expct: { at: /pipeline/sort/01/out }', /Unknown key[\s\S]*Did you mean "expect"\?/],
  ]
  for (const [what, text, wrong] of cases) {
    test(what, async () => {
      const path = file(
        `one/${what.replaceAll(/\W+/g, '-')}.test.yaml`,
        head + text.replaceAll(/^/gm, '    '),
      )
      const { code, out } = await temblor(['test', path])
      assert.equal(code, wrong === undefined ? 0 : 1, out)
      if (wrong !== undefined) assert.match(out, wrong)
      else assert.match(out, /^ok {2}.*: it\n\n1 passed, 0 failed\n/)
    })
  }
})

suite('what a run says', () => {
  const path = file(
    'two/some.test.yaml',
    `${head.trimEnd()} of a
    insert: { at: /pipeline/sort/01/in, value: { kind: a } }
    expect: { at: /pipeline/sort/01/out }
  - name: it of b
    insert: { at: /pipeline/sort/01/in, value: { kind: b } }
    expect: { at: /pipeline/sort/01/out }
`,
  )

  test('which cases no test took', async () => {
    const { out } = await temblor(['test', '--coverage', path])
    assert.match(out, /\n1 passed, 1 failed\n2 of 4 cases of scripts taken\n/)
    assert.match(out, /sort\.trickle:8 {2}case "late" => drop\n.*sort\.trickle:9 {2}default => string/)
  })

  test('as JSON', async () => {
    const { code, out } = await temblor(['test', '--json', path])
    const { schema, passed, failed, tests, coverage } = JSON.parse(out)
    assert.deepEqual([code, schema, passed, failed], [1, 1, 1, 1])
    assert.deepEqual([tests[1].name, tests[1].findings[0].line], ['it of b', 10])
    assert.deepEqual([coverage[0].arms, coverage[0].taken, coverage[0].missed[0].line], [4, 2, 8])
  })

  test('of some tests only', async () => {
    assert.match((await temblor(['test', '--filter', 'of a', path])).out, /^1 passed, 0 failed$/m)
    assert.equal((await temblor(['test', '--filter', 'nothing like it', path])).code, 1)
  })

  test('of a configuration that has errors', async () => {
    file('broken/config.yaml', 'onrmp: []')
    const broken = file('broken/it.test.yaml', 'configuration: [config.yaml]\ntests: [{ name: it }]')
    const { code, out } = await temblor(['test', broken])
    assert.equal(code, 1)
    assert.match(out, /The configuration under test has errors[\s\S]*Unknown key "onrmp"/)
  })
})

test('--update lets failed expectations say what was found, and keeps the rest of the file', async () => {
  const path = file(
    'three/it.test.yaml',
    `# Why\n${head}    insert: { at: /pipeline/sort/01/in, value: { kind: a, n: 12345678901234567890 } } # this\n    expect: { at: /pipeline/sort/01/out, value: 1 }\n`,
  )
  assert.equal((await temblor(['test', '--update', path])).code, 0)
  const text = readFileSync(path, 'utf8')
  assert.match(
    text,
    /^# Why\nconfiguration: \[\.\.[\s\S]*\{ kind: a, n: 12345678901234567890 \} \} # this\n.*value: \{"kind":"a","n":12345678901234567890\} \}\n$/,
  )
  assert.equal((await temblor(['test', path])).code, 0)
})

suite('folders of cases', () => {
  test('with values alone, or with their ports', async () => {
    file('cases/plain/script.tremor', 'event + 1')
    file('cases/plain/in', '1\n2\n')
    file('cases/plain/out', '2\n3\n')
    file(
      'cases/ports/query.trickle',
      'select event.a from in where present event.a into out;\nselect event from in into out/all',
    )
    file('cases/ports/in', '{"a": 1.0}\n')
    file('cases/ports/out', '{"value":1.0}\n{"port":"all","value":{"a":1.0}}\n')
    const { code, out } = await temblor(['test', join(folder, 'cases')])
    assert.deepEqual([code, /2 passed/.test(out)], [0, true], out)
  })

  test('what differs is told as a patch', async () => {
    file('differs/it/script.tremor', 'event + 1')
    file('differs/it/in', '1\n2\n')
    file('differs/it/out', '2\n4\n')
    const { code, out } = await temblor(['test', join(folder, 'differs')])
    assert.equal(code, 1)
    assert.match(out, /it\/out:2:1[\s\S]* 2\n.*-4\n.*\+3/)
    assert.equal((await temblor(['test', '--update', join(folder, 'differs')])).code, 0)
    assert.equal(readFileSync(join(folder, 'differs/it/out'), 'utf8'), '2\n3\n')
  })

  test('errors, of the text and of the run', async () => {
    file('errors/text/script.tremor', 'event +')
    file('errors/text/error.txt', '')
    file('errors/run/script.tremor', 'event.a')
    file('errors/run/in', '{"a": 1}\n{}\n')
    file('errors/run/out', '1\n')
    const failed = await temblor(['test', join(folder, 'errors')])
    assert.match(failed.out, /0 passed, 2 failed/)
    assert.equal((await temblor(['test', '--update', join(folder, 'errors')])).code, 0)
    assert.match(
      readFileSync(join(folder, 'errors/run/error.txt'), 'utf8'),
      /^error\[E\d+\]: .*\n --> script\.tremor:1:7/,
    )
    assert.match((await temblor(['test', join(folder, 'errors')])).out, /2 passed, 0 failed/)
  })
})

test('what is shipped does what its tests say', async () => {
  const { code, out } = await temblor(['test', join(home, 'bindings'), join(home, 'pipelines')])
  assert.equal(code, 0, out)
  assert.match(out, /\b0 failed/)
})

test('the house is tested by its own cases', async () => {
  const { code, out } = await temblor(['test', join(home, 'test/cases/scripts')])
  assert.equal(code, 0, out)
})

test('where there are no tests, that is told', async () => {
  const { code, out, err } = await temblor(['test', join(folder, 'config')])
  assert.deepEqual([code, out], [1, ''])
  assert.match(
    err,
    /^temblor: There are no tests in ".*config": a test is a \*\.test\.yaml file, or a folder/,
  )
})

function file(name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}
