/** What can be said of a tree whose names are known, before any event comes. The rules are the files of dsl/checks/. */
import type { DefineWindow, Query, Script } from '../ast.ts'
import { absentFieldRead } from '../checks/absent-field-read.ts'
import { alwaysFails } from '../checks/always-fails.ts'
import { badWindowSize, noWindowSize, twoWindowSizes } from '../checks/bad-window.ts'
import { bytesPart } from '../checks/bytes-part.ts'
import { differs, queryThatDiffers } from '../checks/differs.ts'
import { duplicateParameter } from '../checks/duplicate-parameter.ts'
import { fieldTestedTwice } from '../checks/field-tested-twice.ts'
import type { Check, CheckContext } from '../checks/finding.ts'
import { fixedTarget } from '../checks/fixed-target.ts'
import { indexType } from '../checks/index-type.ts'
import { manyDefaults } from '../checks/many-defaults.ts'
import { missingDefault } from '../checks/missing-default.ts'
import { notRun } from '../checks/not-run.ts'
import { nullRoot } from '../checks/null-root.ts'
import { overwrittenField } from '../checks/overwritten-field.ts'
import { presenceBesideRead } from '../checks/presence-beside-read.ts'
import { readBeforeAsking } from '../checks/read-before-asking.ts'
import { typesNeverMeet } from '../checks/types-never-meet.ts'
import { unguardedWindow } from '../checks/unguarded-windows.ts'
import { unknownDirectives } from '../checks/unknown-directive.ts'
import { unknownField } from '../checks/unknown-field.ts'
import { unknownName } from '../checks/unknown-name.ts'
import { unknownPorts } from '../checks/unknown-port.ts'
import { unreachableCase } from '../checks/unreachable-case.ts'
import { unusedDefinitions } from '../checks/unused-definition.ts'
import { unusedName } from '../checks/unused-name.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { Value } from '../value.ts'
import type { World } from '../world.ts'
import type { ResolvedNode, ResolvedQuery } from './2-resolve.ts'
import { constantOf } from './4-optimise.ts'

type Report = (finding: Diagnostic) => void

/** Rules about expressions, wherever they stand. */
const rules: readonly Check[] = [
  bytesPart,
  indexType,
  missingDefault,
  manyDefaults,
  fieldTestedTwice,
  unreachableCase,
  fixedTarget,
  unknownName,
  typesNeverMeet,
  absentFieldRead,
  presenceBesideRead,
  readBeforeAsking,
  nullRoot,
  unknownField,
  alwaysFails,
  notRun,
  overwrittenField,
  duplicateParameter,
  unusedName,
  differs,
]

export function checkScript(script: Script, context: CheckContext, report: Report): void {
  checkTree(script, context, report)
}

export function checkQuery(resolved: ResolvedQuery, context: CheckContext, report: Report): void {
  const { world } = context
  checkTree(resolved.query, context, report)
  for (const finding of unknownDirectives(resolved.query)) report(finding)
  for (const finding of unknownPorts(resolved, world)) report(finding)
  for (const finding of queryThatDiffers(resolved)) report(finding)
  for (const define of windowsOf(resolved)) checkWindow(define, report)
  for (const node of resolved.nodes.values()) checkOperator(node, world, report)
  if (resolved.whole) for (const finding of unusedDefinitions(resolved)) report(finding)
}

function checkTree(tree: Script | Query, context: CheckContext, report: Report): void {
  for (const rule of rules) for (const finding of rule.run(tree, context)) report(finding)
}

function windowsOf({ query, selects }: ResolvedQuery): Set<DefineWindow> {
  const own = query.statements.filter((statement) => statement.kind === 'define-window')
  return new Set([...own, ...selects.flatMap(({ windows }) => windows)])
}

function checkWindow(define: DefineWindow, report: Report): void {
  const has = (name: string) => define.params.find((param) => param.name === name)
  const value = (name: string) => {
    const param = has(name)
    return param && constantOf(param.value)
  }
  const [size, interval] = [has('size'), has('interval')]
  if (size !== undefined && interval !== undefined) report(twoWindowSizes(interval.span))
  if (size === undefined && interval === undefined) report(noWindowSize(define.span, define.params))
  for (const param of [size, interval]) {
    if (param !== undefined && !isCount(constantOf(param.value)))
      report(badWindowSize(param.value.span, param.name))
  }
  for (const finding of unguardedWindow(define, value)) report(finding)
}

/** What is not constant was told where it was resolved. */
function isCount(value: Value | undefined): boolean {
  return value === undefined || typeof value === 'bigint' || (Number.isInteger(value) && Number(value) >= 0)
}

/** The operator itself knows what its parameters may be. */
function checkOperator(node: ResolvedNode, world: World, report: Report): void {
  if (node.kind !== 'operator') return
  const { definition, create, params } = node
  const given = [...definition.params, ...(create.kind === 'create' ? create.params : [])]
  const spanOf = (name: string) => given.findLast((param) => param.name === name)?.value.span
  const signature = world.operators.get(definition.operator.join('::'))
  for (const finding of signature?.check(params, spanOf, definition.span) ?? []) report(finding)
}
