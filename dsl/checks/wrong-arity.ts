import type { Call, Callee } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0107',
  title: 'wrong number of arguments',
  explain: 'A function is called with fewer or more arguments than it takes.',
  wrong: 'use std::string;\nstring::len()',
  right: 'use std::string;\nstring::len("snot")',
})
export default kind

export interface Arity {
  readonly least: number
  /** Undefined if any number may follow. */
  readonly most: number | undefined
}

export function arityOf(callee: Callee): Arity {
  if (callee.kind === 'fn')
    return { least: callee.fn.params.length, most: callee.fn.open ? undefined : callee.fn.params.length }
  const takes = callee.kind === 'native' ? callee.native : callee.aggregate
  const open = 'open' in takes && takes.open === true
  return { least: takes.least ?? takes.args.length, most: open ? undefined : takes.args.length }
}

/** `text, from, to`: the names of what it takes; those that may be left out in brackets. */
function signatureOf(callee: Callee): string {
  const { least, most } = arityOf(callee)
  const params =
    callee.kind === 'fn'
      ? callee.fn.params
      : callee.kind === 'native'
        ? callee.native.args
        : callee.aggregate.args
  const names = params.map(({ name }, at) => (at < least ? name : `[${name}]`))
  return [...names, ...(most === undefined ? ['...'] : [])].join(', ')
}

/**
 * The finding about a call that gives `call.args.length` arguments to what takes others, if it does. Of an aggregate
 * tremor marks everything from the beginning of the `select`.
 */
export function wrongArity(call: Call, callee: Callee, select?: Span): Diagnostic | undefined {
  const { least, most } = arityOf(callee)
  const given = call.args.length
  if (given >= least && (most === undefined || given <= most)) return undefined
  const name = [...call.module, call.name].join('::')
  const takes = most === undefined ? `at least ${least}` : least === most ? `${least}` : `${least} to ${most}`
  const module = call.module[call.module.length - 1] ?? ''
  return error(
    kind,
    call.span,
    `Function "${name}" takes ${takes} argument${/\b1$/.test(takes) ? '' : 's'}, not ${given}`,
    {
      help: `It is called as "${name}(${signatureOf(callee)})"`,
      tremor: {
        message: `Bad arity for function ${module}::${call.name}/${least}..=${most ?? Number.MAX_SAFE_INTEGER} but was called with ${given} arguments`,
        ...(select === undefined ? {} : { span: { ...call.span, start: select.start } }),
      },
    },
  )
}
