/** All that emitted code can name, by the name it uses. */
import { charge, renew } from '../../work.ts'
import * as arithmetic from './arithmetic.ts'
import { pack } from './bytes.ts'
import * as compare from './compare.ts'
import {
  aggregateOutside,
  asScriptError,
  assignToArray,
  assignToConst,
  badArity,
  badAssign,
  badType,
  exhausted,
  noClause,
  recursionLimit,
} from './errors.ts'
import { eachGroup, inGroup } from './groups.ts'
import { keysOf } from './order.ts'
import * as path from './path.ts'
import * as records from './records.ts'
import { bounded, keepText, text, textOf } from './text.ts'
import { isBytes, isFloat, isInteger, isNumber, isRecord } from './types.ts'

export const runtime = {
  ...arithmetic,
  ...compare,
  ...path,
  ...records,
  aggregateOutside,
  asScriptError,
  assignToArray,
  assignToConst,
  badArity,
  badAssign,
  badType,
  bounded,
  charge,
  eachGroup,
  exhausted,
  inGroup,
  isBytes,
  isFloat,
  isInteger,
  isNumber,
  isRecord,
  keepText,
  keysOf,
  noClause,
  pack,
  recursionLimit,
  renew,
  text,
  textOf,
} as const

export type RuntimeName = keyof typeof runtime
