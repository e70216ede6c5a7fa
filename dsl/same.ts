import { Float, isRecord, type Value } from './value.ts'
import { spend } from './work.ts'

/**
 * Whether two values are the same, type by type: 1 is not 1.0, a string is not its bytes. What the library compares by;
 * the operator `==` is more lenient. Records are the same whatever the order of their fields. Paid for item by item.
 */
export function same(left: Value, right: Value): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  spend(2)
  if (left instanceof Float) return right instanceof Float && left.value === right.value
  if (left instanceof Uint8Array) return right instanceof Uint8Array && sameBytes(left, right)
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) && left.length === right.length && left.every((item, at) => same(item, right[at]!))
    )
  }
  if (!isRecord(left) || !isRecord(right)) return false
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && same(left[key]!, right[key]!))
  )
}

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at])
}
