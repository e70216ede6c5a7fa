/** `group by`: the groups an event belongs to (tremor-script/src/interpreter.rs, generate_groups). */
import type { GroupBy } from '../ast.ts'
import { expression } from './expression.ts'
import type { Entry } from './module.ts'
import { block, type Module, newUnit, pinned, site, temp, type Unit, use, write } from './unit.ts'

/** A function from a frame to arrays of dimension values. */
export function emitGroups(module: Module, group: GroupBy): Entry {
  const unit = newUnit(module, 'expression')
  const lines = block(unit, () => {
    const groups = temp(unit)
    write(unit, `${groups} = [];`)
    emitGroup(unit, group, groups)
    write(unit, `return ${groups};`)
  })
  return { unit, lines }
}

/** A value becomes one more dimension of every group there is; `each` multiplies the groups by its elements. */
function emitGroup(unit: Unit, group: GroupBy, groups: string): void {
  if (group.kind === 'set') {
    for (const item of group.items) emitGroup(unit, item, groups)
    return
  }
  const value = pinned(unit, expression(unit, group.expr)).js
  const made =
    group.kind === 'each'
      ? `${use(unit, 'eachGroup')}(${groups}, ${value}, ${site(unit, group.span)})`
      : `${use(unit, 'inGroup')}(${groups}, ${value})`
  write(unit, `${groups} = ${made};`)
}
