/** Worlds in which a promise was once broken, found by a seed and shrunk. They run for ever. */
import {
  type ActSpec,
  type Behaviour,
  type BodySpec,
  type OfframpSpec,
  type PipelineSpec,
  type PlanSpec,
  plainly,
  type RequestSpec,
  type WindowSpec,
  type WorldSpec,
} from './spec.ts'

const nothing: BodySpec = { text: '', sized: true, comes: 'whole', gapMs: 1 }
const said: BodySpec = { text: '{"said":1}', sized: true, comes: 'whole', gapMs: 1 }
const slowly: BodySpec = { ...said, comes: 'slowly', gapMs: 10 }
const ok: Behaviour = { kind: 'answer', status: 200, delayMs: 5, body: said }
const never: Behaviour = { kind: 'never' }

function plan(links: readonly string[], more: Partial<PlanSpec> = {}): PlanSpec {
  const full = (text: string) =>
    text.replace(/\b(web|o\d|[qre]\d)\//g, (_, id) => {
      const kind = id === 'web' ? 'onramp' : id.startsWith('o') ? 'offramp' : 'pipeline'
      return `/${kind}/${id}/01/`
    })
  return {
    port: 8080,
    linked: true,
    deadlineMs: 500,
    maxBody: 60,
    status: {},
    processors: plainly,
    pipelines: [],
    offramps: ['o1', 'o2'].filter((id) => links.some((link) => link.includes(id))).map((id) => offramp(id)),
    ...more,
    links: links.map(full),
  }
}

function offramp(id: string, more: Partial<OfframpSpec> = {}): OfframpSpec {
  return {
    id,
    linked: true,
    processors: plainly,
    concurrency: 256,
    queue: 256,
    waitMs: 100,
    timeoutMs: 0,
    idleMs: 100,
    maxBody: 1000,
    ...more,
  }
}

function windowed(more: Partial<WindowSpec>): PipelineSpec {
  const window: WindowSpec = {
    kind: 'window',
    id: 'w',
    size: 0,
    intervalMs: 0,
    outer: 0,
    groups: 'none',
    ...more,
  }
  return { id: 'q0', nodes: [window], links: ['in -> w', 'w/out -> out/x'] }
}

let markers = 0
function request(at: number, more: Partial<RequestSpec> = {}): RequestSpec {
  return {
    marker: ++markers,
    at,
    body: nothing,
    leavesAt: null,
    readsEveryMs: 0,
    upstreams: { o1: ok, o2: ok, o3: ok },
    ...more,
  }
}

function world(
  plans: readonly PlanSpec[],
  requests: readonly RequestSpec[],
  acts: readonly ActSpec[] = [],
): WorldSpec {
  return { seed: 1, plans, requests, acts }
}

const straight = ['web/out -> o1/in', 'o1/out -> web/in']
const chained = ['web/out -> o1/in', 'o1/out -> o2/in', 'o2/out -> web/in']
const reload = (at: number): ActSpec => ({ at, do: { kind: 'reload', plan: 1 } })
const stop = (at: number, graceMs: number): ActSpec => ({ at, do: { kind: 'stop', graceMs } })

export const onceBroken: Readonly<Record<string, WorldSpec>> = {
  'the deadline cuts the call, though its answer is written at once': world(
    [plan(straight)],
    Array.from({ length: 8 }, (_, i) => request(i, { upstreams: { o1: never } })),
  ),
  'an unlinked onramp answers a body it cannot decode': world(
    [
      plan(['web/out -> o1/in'], {
        linked: false,
        offramps: [offramp('o1', { timeoutMs: 100 })],
      }),
    ],
    [request(0, { body: { ...said, text: '{"open' } }), request(1, { body: said })],
  ),
  'an unlinked onramp answers a body that is too long': world(
    [
      plan(['web/out -> o1/in'], {
        linked: false,
        offramps: [offramp('o1', { timeoutMs: 100 })],
      }),
    ],
    [request(0, { body: { ...said, text: `"${'x'.repeat(80)}"` } })],
  ),
  'an answer waits whole in line for the next upstream': world(
    [plan(chained, { offramps: [offramp('o1'), offramp('o2', { concurrency: 1 })] })],
    [request(0), request(1, { upstreams: { o1: { ...ok, body: slowly } } }), request(2)],
  ),
  'an answer that comes when its request is over gives its place back on the way to another upstream': world(
    [
      plan(['web/out -> o2/in', 'web/out -> o1/in', 'o1/out -> o2/in', 'o2/out -> web/in'], {
        offramps: [offramp('o1', { timeoutMs: 600 }), offramp('o2', { timeoutMs: 600 })],
      }),
    ],
    [request(0, { upstreams: { o1: { ...ok, delayMs: 50 }, o2: ok } })],
  ),
  'what comes by err with a response of its own is sent as it is': world(
    [
      plan(['web/out -> o1/in', 'o1/out -> r0/in', 'r0/err -> web/in'], {
        pipelines: [
          {
            id: 'r0',
            nodes: [{ kind: 'script', id: 'a', actions: [{ do: 'emit', port: 'err' }] }],
            links: ['in -> a', 'a/err -> out/err'],
          },
        ],
      }),
    ],
    [request(0)],
  ),
  'nothing is applied while the engine stops': world(
    [plan(straight), plan(straight)],
    [request(0), request(60)],
    [stop(1, 400), reload(50)],
  ),
  'stopping waits for what began before the last reload': world(
    [plan(straight), plan(straight, { port: 8081, offramps: [offramp('o1', { maxBody: 999 })] })],
    [request(0, { upstreams: { o1: { ...ok, delayMs: 300 } } })],
    [reload(10), stop(20, 1000)],
  ),
  'a port can be moved away and back with a request in flight': world(
    [plan(straight), plan(straight, { port: 8081 })],
    [request(0, { upstreams: { o1: { ...ok, delayMs: 300 } } }), request(15), request(25)],
    [reload(10), { at: 20, do: { kind: 'reload', plan: 0 } }],
  ),
  'a body that is kept is not in the buffer of the next': world(
    [plan(['web/out -> o1/in', 'web/out -> web/in'], { offramps: [offramp('o1', { timeoutMs: 100 })] })],
    [request(0, { body: slowly }), request(3, { body: { ...slowly, text: '{"mine":2}' } })],
  ),
  'a fallback that answers opens no way to what it stands in for': world(
    [
      plan(['web/out -> q0/in', 'q0/a -> o1/in', 'q0/b -> o2/in', 'o1/out -> web/in', 'o2/out -> web/in'], {
        pipelines: [
          {
            id: 'q0',
            nodes: [{ kind: 'backoff', id: 'n', timeoutMs: 100, steps: [200] }],
            links: ['in -> n', 'n/out -> out/a', 'n/overflow -> out/b'],
          },
        ],
      }),
    ],
    [
      request(0, { upstreams: { o1: { kind: 'fault', fault: 'reset', delayMs: 5 }, o2: ok } }),
      ...[20, 40, 60].map((at) => request(at)),
    ],
  ),
  'what began before a reload meets no script of after': world(
    [false, true].map((reads) =>
      plan(['web/out -> o1/in', 'o1/out -> r0/in', 'r0/x -> r1/in', 'r1/x -> web/in'], {
        pipelines: [
          { id: 'r0', nodes: [], links: ['in -> out/x'] },
          {
            id: 'r1',
            nodes: [{ kind: 'script', id: 'a', actions: [{ do: reads ? 'wrap' : 'same' }] }],
            links: ['in -> a', 'a/out -> out/x'],
          },
        ],
      }),
    ),
    [request(0, { upstreams: { o1: { ...ok, delayMs: 50 } } }), request(60)],
    [reload(10)],
  ),
  'an answer that cannot be sent lets go of the body it would have had': world(
    [
      plan(['web/out -> o1/in', 'o1/out -> r0/in', 'r0/x -> web/in'], {
        pipelines: [
          {
            id: 'r0',
            nodes: [{ kind: 'script', id: 'a', actions: [{ do: 'bad header' }] }],
            links: ['in -> a', 'a/out -> out/x'],
          },
        ],
      }),
    ],
    Array.from({ length: 6 }, (_, i) => request(i)),
  ),
  'a body for an upstream that cannot be reached is let go of': world(
    [plan(chained)],
    [request(0, { upstreams: { o1: { ...ok, body: slowly } } })],
  ),
  'what is made of a window answers every request in it': world(
    [plan(['web/out -> q0/in', 'q0/x -> web/in'], { pipelines: [windowed({ size: 3 })] })],
    Array.from({ length: 7 }, (_, i) => request(i * 10)),
  ),
  'a call for a window whose requests were answered meanwhile lets go of its answer': world(
    [
      plan(['web/out -> q0/in', 'q0/y -> o1/in', 'q0/x -> web/in'], {
        pipelines: [
          { ...windowed({ size: 2, outer: 2 }), links: ['in -> w', 'w/out -> out/y', 'w/out -> out/x'] },
        ],
        offramps: [offramp('o1', { timeoutMs: 600 })],
      }),
    ],
    Array.from({ length: 4 }, (_, i) => request(i * 10, { upstreams: { o1: { ...ok, body: slowly } } })),
  ),
  'the streamed answer to a batch is whole for each of its requests': world(
    [
      plan(['web/out -> q0/in', 'q0/x -> o1/in', 'o1/err -> o2/in', 'o2/out -> web/in'], {
        pipelines: [
          {
            id: 'q0',
            nodes: [{ kind: 'batch', id: 'a', count: 2, timeoutMs: 20 }],
            links: ['in -> a', 'a/out -> out/x'],
          },
        ],
        offramps: [offramp('o1', { timeoutMs: 600 }), offramp('o2', { timeoutMs: 600 })],
      }),
    ],
    [request(0), request(10)],
  ),
  'of two ways that lead nowhere the one that says why is told of': world(
    [
      plan(['web/out -> q0/in', 'q0/x -> o1/in'], {
        pipelines: [
          {
            id: 'q0',
            nodes: [
              { kind: 'batch', id: 'a', count: 2, timeoutMs: 0 },
              { kind: 'select', id: 'b', where: 'none', full: false },
            ],
            links: ['in -> a', 'in -> b', 'a/out -> out/x'],
          },
        ],
        offramps: [offramp('o1', { linked: false, timeoutMs: 600 })],
      }),
    ],
    [request(0), request(10)],
  ),
  'a body that only postprocessors take is not empty': world(
    [
      plan(straight, {
        processors: { pre: [], post: ['base64'] },
        offramps: [offramp('o1', { processors: { pre: [], post: ['lines'] } })],
      }),
    ],
    [request(0, { body: said }), request(1)],
  ),
  'failures that lead back to where they come from end': world(
    [
      plan(['web/out -> q0/in', 'q0/x -> o1/in', 'o1/out -> web/in', 'o1/err -> q0/in'], {
        pipelines: [{ id: 'q0', nodes: [], links: ['in -> out/x'] }],
        offramps: [offramp('o1', { concurrency: 1, queue: 0, timeoutMs: 400 })],
      }),
    ],
    Array.from({ length: 4 }, (_, i) => request(i, { upstreams: { o1: { ...ok, delayMs: 100 } } })),
  ),
  'a window closes in time though its configuration was replaced': world(
    [1, 2].map((more) =>
      plan(['web/out -> q0/in', 'q0/x -> web/in'], {
        maxBody: 60 + more,
        pipelines: [windowed({ size: 0, intervalMs: 50 + more })],
      }),
    ),
    [request(0), request(5), request(30)],
    [reload(10)],
  ),
  'a request whose time runs out at an upstream closes the way there': world(
    [
      plan(['web/out -> q0/in', 'q0/a -> o1/in', 'q0/b -> o2/in', 'o1/out -> web/in', 'o2/out -> web/in'], {
        pipelines: [
          {
            id: 'q0',
            nodes: [{ kind: 'backoff', id: 'n', timeoutMs: 5000, steps: [200] }],
            links: ['in -> n', 'n/out -> out/a', 'n/overflow -> out/b'],
          },
        ],
      }),
    ],
    [request(0, { upstreams: { o1: never, o2: ok } }), request(550), request(800)],
  ),
  'a counted failure is no failure any more': world(
    [
      plan(['web/out -> o1/in', 'o1/err -> r0/in', 'r0/x -> web/in'], {
        pipelines: [{ id: 'r0', nodes: [{ kind: 'count', id: 'c' }], links: ['in -> c', 'c/out -> out/x'] }],
      }),
    ],
    [request(0, { upstreams: { o1: { kind: 'fault', fault: 'reset', delayMs: 5 } } })],
  ),
  'a stored event that nothing wants is answered for at once': world(
    [
      plan(['web/out -> q0/in', 'q0/x -> web/in'], {
        pipelines: [
          {
            id: 'q0',
            nodes: [
              { kind: 'wal', id: 'a', readCount: 10, most: 1000, disk: false },
              { kind: 'select', id: 'b', where: 'none', full: false },
            ],
            links: ['in -> a', 'a/out -> b', 'b/out -> out/x'],
          },
        ],
      }),
    ],
    [request(0), request(10)],
  ),
}
