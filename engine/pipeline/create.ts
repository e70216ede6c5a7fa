import type { GraphNode } from '#dsl/graph.ts'
import type { HostFacts, ScriptError } from '#dsl/program.ts'
import type { Catalogue } from '../catalogue.ts'
import { checkConfig } from '../config.ts'
import type { Log } from '../log.ts'
import type { Operator, OperatorContext } from '../operator.ts'
import { scriptOperator } from './script.ts'
import { selectOperator } from './select-operator.ts'

export interface Makings {
  readonly catalogue: Catalogue
  readonly log: Log
  /** `system::instance()` */
  readonly instance: string
  readonly host: HostFacts
  /** Hears of every failure of a script or select, besides the log. */
  readonly failed?: ((node: GraphNode, error: ScriptError) => void) | undefined
}

/** The operator behind a node of a graph. Graphs reach here checked: an unknown operator or a wrong parameter is our bug. */
export function createOperator(node: GraphNode, context: OperatorContext, makings: Makings): Operator {
  const { catalogue, log, instance, host, failed } = makings
  const tell = failed && ((error: ScriptError) => failed(node, error))
  const site = { address: context.address, node: context.node, log, instance, host, failed: tell }
  switch (node.kind) {
    case 'script':
      return scriptOperator(node.program, node.args, site)
    case 'select':
      return selectOperator(node.select, { ...site, uid: context.uid })
    case 'operator': {
      const definition = catalogue.operators.get(node.operator)
      const config = definition && checkConfig(definition.config, node.params, () => node.span).config
      if (definition === undefined || config === undefined)
        throw new Error(`operator "${node.operator}" was not checked`)
      return definition.create(config, context)
    }
    default:
      throw new Error(`a node of kind "${node.kind}" has no operator`)
  }
}
