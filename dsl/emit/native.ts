import type { NativeFunction, TypeName } from '../function.ts'
import type { Value } from '../value.ts'
import { isBytes, isFloat, isInteger, isNumber, isRecord } from './runtime/types.ts'

/** Whether a value is of a type, by its name. */
export const typeTests: Record<TypeName, (value: Value) => boolean> = {
  any: () => true,
  null: (value) => value === null,
  bool: (value) => typeof value === 'boolean',
  integer: isInteger,
  float: isFloat,
  number: isNumber,
  string: (value) => typeof value === 'string',
  bytes: isBytes,
  array: (value) => Array.isArray(value),
  record: isRecord,
}

/** Whether the arguments are of the types the function takes; those it has no names for may be anything. */
export function acceptsArguments({ args }: NativeFunction, values: readonly Value[]): boolean {
  return values.every((value, at) => {
    const type = args[at]?.type ?? 'any'
    return typeof type === 'string' ? typeTests[type](value) : type.some((name) => typeTests[name](value))
  })
}
