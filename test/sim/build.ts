/** From the plain data of a plan to what the engine runs: graphs, with scripts that are JavaScript functions. */
import type { Graph, GraphLink, GraphNode } from '#dsl/graph.ts'
import {
  DROP,
  type Frame,
  ScriptError,
  type ScriptProgram,
  type SelectProgram,
  type Touched,
} from '#dsl/program.ts'
import { fieldOf, isRecord, type Rec, type Value } from '#dsl/value.ts'
import type { Plan } from '#engine/binding/plan.ts'
import { planOf } from '../support/world.ts'
import {
  type Action,
  endOf,
  type NodeSpec,
  type PipelineSpec,
  type PlanSpec,
  type Processors,
  readsEvent,
} from './spec.ts'
import { windowSelect } from './windows.ts'

/** How long a client may pause within its body, milliseconds. */
export const bodyTimeoutMs = 300
export const connectTimeoutMs = 5000

export function buildPlan(spec: PlanSpec): Plan {
  const plan = planOf({
    onramps: {
      web: {
        port: spec.port,
        max_body: spec.maxBody,
        body_timeout: bodyTimeoutMs,
        status: spec.status,
      },
    },
    offramps: Object.fromEntries(
      spec.offramps.map((each) => [
        each.id,
        {
          endpoint: `http://${each.id}/`,
          concurrency: each.concurrency,
          queue: { size: each.queue, wait: each.waitMs },
          connect_timeout: connectTimeoutMs,
          timeout: each.timeoutMs,
          idle_timeout: each.idleMs,
          max_body: each.maxBody,
        },
      ]),
    ),
    pipelines: Object.fromEntries(spec.pipelines.map((each) => [each.id, graphOf(each)])),
    links: spec.links,
    ramps: { deadlineMs: spec.deadlineMs },
  })
  const onramps = plan.onramps.map((ramp) => ({
    ...ramp,
    linked: spec.linked,
    ...processorsOf(spec.processors),
    form: `${ramp.form}${spec.linked}${spec.deadlineMs}${JSON.stringify(spec.processors)}`,
  }))
  const offramps = plan.offramps.map((ramp, i) => {
    const { linked, processors } = spec.offramps[i]!
    return {
      ...ramp,
      linked,
      ...processorsOf(processors),
      form: `${ramp.form}${linked}${JSON.stringify(processors)}`,
    }
  })
  return { ...plan, onramps, offramps }
}

function processorsOf({ pre, post }: Processors) {
  return { preprocessors: pre, postprocessors: post }
}

function graphOf(spec: PipelineSpec): Graph {
  const source = { name: `${spec.id}.trickle`, text: JSON.stringify(spec) }
  const span = { source, start: 0, end: 0 }
  const nodes = new Map<string, GraphNode>([['in', { kind: 'input', id: 'in', port: 'in', span }]])
  for (const node of spec.nodes) nodes.set(node.id, graphNode(node, span))
  const links = spec.links.map((text): GraphLink => {
    const [from, to] = text.split(' -> ').map((end) => {
      if (end === 'in') return { node: 'in', port: 'out' }
      const [node, port] = endOf(end)
      if (node === 'out') {
        nodes.set(end, { kind: 'output', id: end, port, span })
        return { node: end, port: 'out' }
      }
      return { node, port }
    }) as [GraphLink['from'], GraphLink['to']]
    return { from, to: { node: to.node, port: 'in' }, span }
  })
  return { id: spec.id, source, nodes: [...nodes.values()], links }
}

const conditions = {
  path: { path: '/r1*' },
  method: { method: 'POST' },
  header: { header: { 'x-marker': '*3' } },
  rest: {},
}

function graphNode(node: NodeSpec, span: GraphNode['span']): GraphNode {
  const { id } = node
  const operator = (operator: string, params: Rec): GraphNode => ({
    kind: 'operator',
    id,
    operator,
    params,
    span,
  })
  switch (node.kind) {
    case 'pass':
      return operator('passthrough', {})
    case 'turns':
      return operator('qos::roundrobin', { outputs: node.outputs })
    case 'backoff':
      return operator('qos::backpressure', { timeout: node.timeoutMs, steps: node.steps })
    case 'select':
      return { kind: 'select', id, select: selectOf(node, span), span }
    case 'window':
      return { kind: 'select', id, select: windowSelect(node, { span, markerOf }), span }
    case 'batch':
      return operator('generic::batch', {
        count: node.count,
        ...(node.timeoutMs > 0 ? { timeout: node.timeoutMs } : {}),
      })
    case 'count':
      return operator('generic::counter', {})
    case 'bucket':
      return operator('grouper::bucket', {})
    case 'percent':
      return operator('qos::percentile', {
        timeout: node.timeoutMs,
        step_down: node.down,
        step_up: node.up,
      })
    case 'wal':
      return operator('qos::wal', {
        read_count: node.readCount,
        max_elements: node.most,
        ...(node.disk ? { dir: id } : {}),
      })
    case 'route':
      return operator('http::route', { rules: node.rules.map(({ to, by }) => ({ to, ...conditions[by] })) })
    case 'script':
      return { kind: 'script', id, program: scriptOf(node, span), args: {}, span }
  }
}

function scriptOf(node: NodeSpec & { kind: 'script' }, span: GraphNode['span']): ScriptProgram {
  return {
    demand: {
      readsEvent: readsEvent(node),
      writesEvent: true,
      readsMeta: true,
      writesMeta: true,
      ...touchesOf(node.actions),
    },
    ports: { names: ['out'], dynamic: true },
    drops: true,
    run: (frame) => act(node.actions[markerOf(frame.meta) % node.actions.length]!, node.id, frame, span),
    javascript: '',
  }
}

/** What the compiler would say of such a script. */
function touchesOf(actions: readonly Action[]): { readonly touches?: Touched } {
  const emitting = actions.filter((action) => action.do !== 'drop' && action.do !== 'fail')
  const makes = (action: Action) => action.do === 'change' || (action.do === 'answer' && action.fresh)
  const made = emitting.filter(makes).length
  if (actions.some((action) => action.do === 'wrap') || (made > 0 && made < emitting.length)) return {}
  const keys = actions.some((action) => action.do === 'mark') ? ['by'] : []
  return { touches: { keys, emitsEvent: made === 0, holds: false } }
}

function act(action: Action, by: string, frame: Frame, span: GraphNode['span']): Value | typeof DROP {
  const meta = frame.meta as Rec
  const marker = markerOf(meta)
  switch (action.do) {
    case 'same':
      return frame.event
    case 'change':
      return { by, marker }
    case 'mark':
      return isRecord(frame.event) ? { ...frame.event, by } : frame.event
    case 'wrap':
      return { by, was: frame.event }
    case 'drop':
      return DROP
    case 'fail':
      throw new ScriptError('E0500', 'Cannot do that', span)
    case 'emit':
      frame.port = action.port
      return frame.event
    case 'answer':
      frame.meta = { ...meta, response: { status: action.status, headers: { 'x-by': [by] } } }
      return action.fresh ? { by, marker } : frame.event
    case 'again':
      frame.meta = { ...meta, request: { method: 'POST', headers: { 'x-marker': [String(marker)] } } }
      return frame.event
    case 'bad header':
      frame.meta = { ...meta, response: { status: 200, headers: { 'x-by': 'a\r\nx-evil: b' } } }
      return frame.event
    case 'class':
      frame.meta = { ...meta, class: 'c', rate: action.rate, dimensions: null }
      return frame.event
    case 'bad status':
      frame.meta = { ...meta, response: { status: 99, headers: {} } }
      return frame.event
  }
}

function selectOf(node: NodeSpec & { kind: 'select' }, span: GraphNode['span']): SelectProgram {
  const fresh = { by: node.id }
  return {
    form: node.full ? 'full' : node.where === 'all' ? 'passthrough' : 'simple',
    demand: {
      readsEvent: false,
      writesEvent: node.full,
      readsMeta: true,
      writesMeta: false,
      touches: { keys: [], emitsEvent: !node.full, holds: false },
    },
    target: (frame) => (node.full ? fresh : frame.event),
    ...(node.where === 'all'
      ? {}
      : {
          where: (frame: Frame) => {
            if (node.where === 'fails') throw new ScriptError('E0500', 'Cannot tell', span)
            return node.where === 'odd' && markerOf(frame.meta) % 2 === 1
          },
        }),
    windows: [],
    aggregates: [],
  }
}

/** Of the request, or of the request an answer is for; 0 where none is known. */
function markerOf(meta: Value): number {
  return markerIn(inside(meta, 'request')) || markerIn(inside(inside(meta, 'response'), 'request'))
}

function markerIn(request: Value): number {
  const values = inside(inside(request, 'headers'), 'x-marker')
  return Array.isArray(values) ? Number(values[0]) : 0
}

function inside(value: Value, key: string): Value {
  return value !== null && isRecord(value) ? (fieldOf(value, key) ?? null) : null
}
