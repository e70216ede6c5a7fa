/** The last pass: scripts, selects and windows as programs that run. */
import type { Expr, Item, Script } from '../ast.ts'
import { demandOfScript } from '../emit/demand.ts'
import { deliver } from '../emit/expression.ts'
import { build } from '../emit/module.ts'
import { emissions } from '../emit/ports.ts'
import { block, NOTHING, newModule, newUnit, root, type Unit, write } from '../emit/unit.ts'
import type { DROP, Frame, ScriptProgram } from '../program.ts'
import type { Value } from '../value.ts'

export { emitSelect, emitWindow } from '../emit/select.ts'

/** A resolved and checked script. */
export function emitScript(script: Script): ScriptProgram {
  const module = newModule()
  const unit = newUnit(module, 'script')
  const body = bodyOf(script.items)
  const lines = block(unit, () => emitBody(unit, body))
  const { functions, javascript } = build<(frame: Frame) => Value | typeof DROP>(
    module,
    [{ unit, lines }],
    script.span,
  )
  return { demand: demandOfScript(body), ...emissions(body), run: functions[0]!, javascript }
}

/** What runs: expressions in order. A constant counts only as the last item, where it is the result. */
function bodyOf(items: readonly Item[]): readonly Expr[] {
  return items.flatMap((item, at) => {
    if (item.kind === 'const') return at === items.length - 1 ? [item.value] : []
    return item.kind === 'fn' || item.kind === 'intrinsic' || item.kind === 'mod' || item.kind === 'use'
      ? []
      : [item]
  })
}

function emitBody(unit: Unit, body: readonly Expr[]): void {
  const last = body.at(-1)
  for (const expr of body.slice(0, -1)) deliver(unit, expr, NOTHING)
  if (last === undefined) write(unit, `return ${root(unit, 'event')};`)
  else deliver(unit, last, { to: 'return' })
}
