import type { Value } from '../../value.ts'
import { LARGEST } from './arithmetic.ts'
import { tooLarge, typeConflict } from './errors.ts'
import type { Site } from './site.ts'

export type Groups = readonly (readonly Value[])[]

export function inGroup(groups: Groups, value: Value): Groups {
  return groups.length === 0 ? [[value]] : groups.map((group) => [...group, value])
}

export function eachGroup(groups: Groups, values: Value, at: Site): Groups {
  if (!Array.isArray(values)) typeConflict(at, values, 'array')
  if (groups.length * values.length > LARGEST) tooLarge(at)
  if (groups.length === 0) return values.map((value) => [value])
  return groups.flatMap((group) => values.map((value) => [...group, value]))
}
