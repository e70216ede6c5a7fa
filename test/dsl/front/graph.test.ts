/** Queries as graphs: which nodes there are, and where events go. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { compileQuery } from '#dsl/compile.ts'
import type { Graph } from '#dsl/graph.ts'
import { world, worldWith } from './world.ts'

function graphOf(text: string, from = world): Graph {
  const { result, findings } = compileQuery({ name: 'test.trickle', text }, 'test', from)
  assert.deepEqual(
    findings.filter(({ severity }) => severity === 'error').map(({ message }) => message),
    [],
  )
  return result!
}

function links(graph: Graph): string[] {
  return graph.links.map(({ from, to }) => `${from.node}/${from.port} -> ${to.node}/${to.port}`)
}

function nodes(graph: Graph): string[] {
  return graph.nodes.map(({ kind, id }) => `${kind} ${id}`)
}

suite('nodes and links', () => {
  test('every pipeline has one way in and two ways out', () => {
    assert.deepEqual(nodes(graphOf('select event from in into out')), [
      'input in',
      'output out',
      'output err',
    ])
  })

  test('a select that only passes events on is a link', () => {
    assert.deepEqual(links(graphOf('select event from in into out')), ['in/out -> out/in'])
  })

  for (const clauses of [
    'event from in where event.a into out',
    'event.a from in into out',
    'event from in into out having event.a',
    'event from in group by event.a into out',
  ]) {
    test(`select ${clauses} is a node`, () => {
      const graph = graphOf(`select ${clauses}`)
      assert.deepEqual(links(graph), ['in/out -> select_1/in', 'select_1/out -> out/in'])
      assert.ok(nodes(graph).includes('select select_1'))
    })
  }

  test('selects are counted whether they are nodes or links', () => {
    const graph = graphOf(
      'create stream a; select event.x from in into a; select event from a into out; select event.y from a into out',
    )
    assert.deepEqual(nodes(graph), [
      'input in',
      'output out',
      'output err',
      'input a',
      'select select_1',
      'select select_3',
    ])
  })

  test('a port of "out" is an output of its own, one of "in" an input', () => {
    const graph = graphOf(
      'select event from in/side into out/ws01; select event from in into out/ws01; select event from in into err',
    )
    assert.deepEqual(nodes(graph), [
      'input in',
      'output out',
      'output err',
      'input in/side',
      'output out/ws01',
    ])
    assert.deepEqual(links(graph), [
      'in/side/out -> out/ws01/in',
      'in/out -> out/ws01/in',
      'in/out -> err/in',
    ])
    assert.deepEqual(
      graph.nodes.flatMap((node) => ('port' in node ? [node.port] : [])),
      ['in', 'out', 'err', 'side', 'ws01'],
    )
  })

  test('a stream is an input by its name, and may be written to before it is created', () => {
    const graph = graphOf('select event from in into a; create stream a; select event from a into out')
    assert.deepEqual(links(graph), ['in/out -> a/in', 'a/out -> out/in'])
  })

  test('operators that only pass events on leave nothing but links', () => {
    const graph = graphOf(`define passthrough operator p; create operator a from p; create operator b from p;
      select event from in into a; select event from a into b; select event from a into err; select event from b into out; select event from in into b`)
    assert.deepEqual(nodes(graph), ['input in', 'output out', 'output err'])
    assert.deepEqual(links(graph), ['in/out -> out/in', 'in/out -> err/in', 'in/out -> out/in'])
  })

  test('"metrics" is an output where it is used', () => {
    assert.ok(nodes(graphOf('select event from in into metrics')).includes('output metrics'))
  })

  test('ports of scripts and operators are kept', () => {
    const graph = graphOf(`define script s script emit event => "big" end; create script s;
      define qos::roundrobin operator rr with outputs = ["a", "b"] end; create operator rr;
      select event from in into s; select event from s/big into rr; select event from s/err into err; select event from rr/a into out`)
    assert.deepEqual(links(graph), ['in/out -> s/in', 's/big -> rr/in', 's/err -> err/in', 'rr/a -> out/in'])
  })
})

suite('parameters', () => {
  const param = (text: string, from = world) => {
    const node = graphOf(
      `${text}\nselect event from in into x; select event from x into out`,
      from,
    ).nodes.find(({ id }) => id === 'x')!
    return node.kind === 'operator' ? node.params : node.kind === 'script' ? node.args : undefined
  }

  test('of an instance come before those of its definition, key by key', () => {
    assert.deepEqual(
      param(
        'define qos::backpressure operator bp with timeout = 1, steps = [1, 2] end; create operator x from bp with timeout = 1 + 1 end;',
      ),
      { timeout: 2, steps: [1, 2] },
    )
  })

  test('of a script are arguments, whether its definition names any or not', () => {
    assert.deepEqual(
      param(
        'define script s with a = 1, b = "b" script args end; create script x from s with a = 2, c = null end;',
      ),
      { a: 2, b: 'b', c: null },
    )
    assert.deepEqual(param('define script s script args end; create script x from s with a = 2 end;'), {
      a: 2,
    })
  })

  test('may be constants of modules', () => {
    assert.deepEqual(
      param(
        'mod m with const limit = 3; define script s with a = 1 script args end end; create script x from m::s with a = m::limit end;',
      ),
      { a: 3 },
    )
  })

  test('reach definitions in modules of files', () => {
    const files = worldWith({
      'lib/ops.trickle': 'define qos::backpressure operator bp with timeout = 5 end',
    })
    assert.deepEqual(
      param('use lib::ops as mine;\ncreate operator x from mine::bp with timeout = 7 end;', files),
      { timeout: 7 },
    )
  })

  test('of a later definition hold', () => {
    assert.deepEqual(
      param(
        'define script s with a = 1 script args end; define script s with a = 2 script args end; create script x from s;',
      ),
      { a: 2 },
    )
  })
})

suite('the pipeline itself', () => {
  test('is named by its directive, else by its file', () => {
    assert.equal(graphOf('#!config id = "main"\nselect event from in into out').id, 'main')
    assert.equal(graphOf('select event from in into out').id, 'test')
  })

  test('tells how often it wants to be measured', () => {
    assert.equal(
      graphOf('#!config metrics_interval_s = 5 \nselect event from in into out').metricsIntervalS,
      5,
    )
  })
})

suite('selects with windows', () => {
  const select = (text: string) => {
    const node = graphOf(
      `define tumbling window w with size = 2 end; define tumbling window v with interval = 10 end; ${text}`,
    ).nodes.at(-1)!
    assert.ok(node.kind === 'select')
    return node.select
  }

  test('know their windows in order', () => {
    const { windows } = select('select aggr::stats::count() from in[w, v] into out')
    assert.deepEqual(
      windows.map(({ name, size, intervalNs }) => [name, size, intervalNs]),
      [
        ['w', 2, undefined],
        ['v', undefined, 10n],
      ],
    )
  })

  test('know their aggregates in order, those of "having" behind those of the target', () => {
    const { aggregates } = select(
      'select {"n": aggr::stats::count(), "s": aggr::stats::sum(event.a)} from in[w] into out having aggr::stats::max(event.b) > 1',
    )
    assert.deepEqual(
      aggregates.map(({ aggregate, args }) => `${aggregate.name}/${args.length}`),
      ['aggr::stats::count/0', 'aggr::stats::sum/1', 'aggr::stats::max/1'],
    )
  })

  test('read what they are grouped by from the group', () => {
    const { target } = select(
      'select {"a": event.a, "b": [group[0], event["b"].c], "n": aggr::stats::count()} from in[w] group by set(event.a, each(event.b.c)) into out',
    )
    const frame = {
      event: null,
      meta: {},
      state: null,
      args: null,
      window: 'w',
      group: ['x', 'y', '["x","y"]'],
      aggregates: [{ emit: () => 7 }],
    }
    assert.deepEqual(target(frame as never), { a: 'x', b: ['x', 'y'], n: 7 })
  })
})
