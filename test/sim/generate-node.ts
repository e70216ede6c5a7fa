/** Random nodes of pipelines, and what they do. */
import type { Chance } from './chance.ts'
import type { Action, NodeSpec, RouteRule, Where } from './spec.ts'

export interface NodeRules {
  /** Operators that keep events, count them and lead them apart as well. */
  readonly rich: boolean
  /** Where events go round, none may be kept. */
  readonly keeps: boolean
}

export function nodeOf(draw: Chance, id: string, { pipeline, rules }: Place): NodeSpec {
  const there = pipeline.startsWith('q')
  const { rich, keeps } = rules
  const kept = rich && keeps ? 1 : 0
  const kind = draw.weigh([
    [2, 'pass'],
    [9, 'script'],
    [3, 'select'],
    [there ? 2 : 1, 'turns'],
    [there ? 2 : 1, 'backoff'],
    [rich ? 2 : 0, 'count'],
    [rich ? 2 : 0, 'route'],
    [rich ? 1.5 : 0, 'bucket'],
    [rich ? 1.5 : 0, 'percent'],
    [kept * 1.2, 'batch'],
    [kept * 1.5, 'wal'],
    [kept * (there ? 1.5 : 3), 'window'],
  ] as const)
  switch (kind) {
    case 'pass':
    case 'count':
    case 'bucket':
      return { kind, id }
    case 'script':
      return { kind, id, actions: actionsOf(draw, rules) }
    case 'select': {
      const where: Where = draw.weigh([
        [6, 'all'],
        [1, 'none'],
        [3, 'odd'],
        [1, 'fails'],
      ])
      return { kind, id, where, full: draw.often(0.2) }
    }
    case 'turns':
      return { kind, id, outputs: draw.pick([['a', 'b'], ['a', 'b', 'c'], ['out']]) }
    case 'backoff':
      return { kind, id, timeoutMs: draw.pick([50, 1000]), steps: draw.pick([[50], [20, 100], [100, 400]]) }
    case 'percent':
      return {
        kind,
        id,
        timeoutMs: draw.pick([20, 1000]),
        down: draw.pick([0.2, 1]),
        up: draw.pick([0.2, 1]),
      }
    case 'batch':
      return { kind, id, count: 1 + draw.below(4), timeoutMs: draw.pick([0, 20, 80]) }
    case 'wal':
      return { kind, id, readCount: draw.pick([1, 10]), most: draw.pick([2, 1000]), disk: draw.often(0.5) }
    case 'window': {
      const how = draw.below(5)
      return {
        kind,
        id,
        size: how < 3 ? 1 + draw.below(3) : 0,
        intervalMs: how === 3 ? draw.pick([20, 150]) : 0,
        outer: how < 4 && draw.often(0.25) ? 2 : 0,
        groups: how === 4 ? draw.pick(['parity', 'both']) : draw.pick(['none', 'none', 'parity', 'both']),
      }
    }
    case 'route':
      return { kind, id, rules: rulesOf(draw) }
  }
}

interface Place {
  readonly pipeline: string
  readonly rules: NodeRules
}

export function portsOf(node: NodeSpec): readonly string[] {
  switch (node.kind) {
    case 'script': {
      const emits = node.actions.flatMap((each) => (each.do === 'emit' ? [each.port] : []))
      return [...new Set(['out', 'err', ...emits])]
    }
    case 'turns':
      return node.outputs
    case 'backoff':
    case 'percent':
    case 'wal':
      return ['out', 'overflow']
    case 'bucket':
      return ['out', 'overflow', 'err']
    case 'route':
      return [...new Set(node.rules.map(({ to }) => to))]
    default:
      return ['out']
  }
}

function rulesOf(draw: Chance): RouteRule[] {
  const rules = Array.from({ length: 1 + draw.below(2) }, (): RouteRule => {
    return { to: draw.pick(['a', 'b']), by: draw.pick(['path', 'method', 'header']) }
  })
  return draw.often(0.8) ? [...rules, { to: draw.pick(['a', 'c']), by: 'rest' }] : rules
}

/** The same kind of node, with the same ports, doing something else. */
export function again(draw: Chance, node: NodeSpec): NodeSpec {
  if (node.kind === 'batch') return { ...node, count: node.count + 1 }
  if (node.kind === 'wal') return { ...node, readCount: node.readCount + 1 }
  if (node.kind === 'window' && node.size > 0) return { ...node, size: node.size + 1 }
  return node.kind === 'script' ? { ...node, actions: actionsOf(draw, { rich: false, keeps: true }) } : node
}

/** A bucket passes nothing of which nobody says how many may pass. */
export function classing(draw: Chance, id: string): NodeSpec {
  return { kind: 'script', id, actions: [{ do: 'class', rate: draw.pick([0, 1, 3, 1000, 1000]) }] }
}

function actionsOf(draw: Chance, rules: NodeRules): Action[] {
  return Array.from({ length: 1 + draw.below(3) }, () => actionOf(draw, rules))
}

function actionOf(draw: Chance, { rich }: NodeRules): Action {
  const what = draw.weigh([
    [12, 'same'],
    [5, 'change'],
    [4, 'wrap'],
    [7, 'mark'],
    [1, 'drop'],
    [2, 'fail'],
    [3, 'emit'],
    [2, 'answer'],
    [2, 'again'],
    [0.5, 'bad header'],
    [0.5, 'bad status'],
    [rich ? 1 : 0, 'class'],
  ] as const)
  if (what === 'emit') return { do: what, port: draw.pick(['x', 'err', 'overflow']) }
  if (what === 'answer') return { do: what, status: draw.pick([200, 202, 418, 503]), fresh: draw.often(0.5) }
  if (what === 'class') return { do: what, rate: draw.pick([0, 2, 1000]) }
  return { do: what }
}
