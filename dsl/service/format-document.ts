/** Whole texts: the items of a script, the statements of a query. */
import type { Cursor } from './cursor.ts'
import { cursorOf } from './cursor.ts'
import { cases, expression, operation } from './format-expression.ts'
import { bracket, commaList } from './format-list.ts'
import { concat, type Doc, group, indent, line } from './layout.ts'
import type { Unit } from './units.ts'

export function documentOf(units: readonly Unit[], kind: 'script' | 'query'): Doc {
  const c = cursorOf(units)
  // Comments at the beginning begin the text, without a line break before them.
  const opening = commentsAtStart(c)
  const statements = kind === 'script' ? list(c, item) : list(c, statement)
  return concat(opening, statements, c.lastComments())
}

function commentsAtStart(c: Cursor): Doc {
  const { leading, blank } = c.peek
  const docs = leading.flatMap(({ text }, at) => [
    text,
    line(' ', { hard: true, blank: leading[at + 1]?.blank ?? blank }),
  ])
  c.skipComments()
  return concat(docs)
}

/** Statements with semicolons, a line for each, up to what closes them. */
function list(c: Cursor, one: (c: Cursor) => Doc): Doc {
  const docs: Doc[] = []
  while (!c.is('end', '<end-of-stream>')) {
    docs.push(one(c))
    if (!c.is(';')) break
    docs.push(c.take())
    if (c.is('end', '<end-of-stream>')) break
    docs.push(c.line(' ', { hard: true, keepBlank: true }))
  }
  return concat(docs)
}

// ---- items ---------------------------------------------------------------------------------------------------

function item(c: Cursor): Doc {
  switch (c.peek.kind) {
    case '<doc-comment>':
    case '<mod-comment>':
      return concat(c.take(), c.line(' ', { hard: true, keepBlank: true }), item(c))
    case 'use':
      return use(c)
    case 'const':
      return concat(c.take(), ' ', c.take(), ' ', c.word('='), ' ', expression(c))
    case 'fn':
      return fn(c)
    case 'intrinsic':
      return intrinsic(c)
    case 'mod':
      return mod(c)
    case 'define':
      return define(c)
    default:
      return expression(c)
  }
}

function use(c: Cursor): Doc {
  const module = concat(c.take(), ' ', qualified(c))
  return c.is('as') ? concat(module, ' ', c.take(), ' ', c.take()) : module
}

function fn(c: Cursor): Doc {
  const head = concat(c.take(), ' ', c.take(), parameters(c), ' ')
  return concat(head, c.is('of') ? cases(c) : block(c, (c) => list(c, item)))
}

function parameters(c: Cursor): Doc {
  return bracket(c, {
    close: ')',
    item: (c) => (c.is('.') ? concat(c.take(), c.take(), c.take()) : c.take()),
  })
}

function intrinsic(c: Cursor): Doc {
  const head = concat(c.take(), ' ', c.take(), ' ', c.take(), parameters(c))
  return concat(head, ' ', c.word('as'), ' ', qualified(c))
}

function mod(c: Cursor): Doc {
  return concat(
    c.take(),
    ' ',
    c.take(),
    ' ',
    block(c, (c) => list(c, item)),
  )
}

/** The opening word here, what `inner` reads, `end`. */
function block(c: Cursor, inner: (c: Cursor) => Doc): Doc {
  const isBroken = c.brokenBehind
  const open = c.take()
  const body = indent(c.line(), inner(c), c.lastComments())
  return group(concat(open, body, line(), c.word('end')), isBroken)
}

function qualified(c: Cursor): Doc {
  const parts = [c.take()]
  while (c.is('::')) parts.push(c.take(), c.take())
  return concat(parts)
}

// ---- statements ----------------------------------------------------------------------------------------------

function statement(c: Cursor): Doc {
  switch (c.peek.kind) {
    case '#!config':
      return concat(c.take(), ' ', entry(c), c.line(' ', { hard: true, keepBlank: true }), statement(c))
    case 'create':
      return create(c)
    case 'select':
      return select(c)
    default:
      return item(c)
  }
}

function define(c: Cursor): Doc {
  const word = concat(c.take(), ' ')
  if (c.is('tumbling', 'sliding')) {
    return withEntries(c, concat(word, c.take(), ' ', c.word('window'), ' ', c.take()))
  }
  if (c.is('script')) return defineScript(c, word)
  return withEntries(c, concat(word, qualified(c), ' ', c.word('operator'), ' ', c.take()))
}

function defineScript(c: Cursor, word: Doc): Doc {
  const head = concat(word, c.take(), ' ', c.take())
  const isBroken = c.peek.newline || c.brokenBehind
  const params = c.is('with') ? concat(c.line(), c.take(), indent(c.line(), commaList(c, entry))) : ''
  const before = c.line()
  const open = c.word('script')
  const body = indent(c.line(), list(c, item), c.lastComments())
  return group(concat(head, params, before, open, body, line(), c.word('end')), isBroken)
}

/** `with a = 1, b = 2`, of a window perhaps `script …`, `end`. */
function withEntries(c: Cursor, head: Doc): Doc {
  if (!c.is('with')) return head
  const isBroken = c.peek.newline || c.brokenBehind
  const before = c.line()
  const open = c.take()
  const entries = indent(c.line(), commaList(c, entry), c.is('script') ? '' : c.lastComments())
  const script = c.is('script')
    ? concat(c.line(), c.take(), indent(c.line(), operation(c), c.lastComments()))
    : ''
  return group(concat(head, before, open, entries, script, line(), c.word('end')), isBroken)
}

/** `name = value` */
function entry(c: Cursor): Doc {
  return concat(c.take(), ' ', c.word('='), ' ', operation(c))
}

function create(c: Cursor): Doc {
  const head = concat(c.take(), ' ', c.take(), ' ', c.take())
  const from = c.is('from') ? concat(' ', c.take(), ' ', qualified(c)) : ''
  return withEntries(c, concat(head, from))
}

function select(c: Cursor): Doc {
  const head = concat(c.take(), ' ', operation(c))
  let isBroken = false
  const clauses: Doc[] = []
  while (c.is('from', 'where', 'group', 'into', 'having')) {
    isBroken ||= c.peek.newline
    clauses.push(c.line(), clause(c))
  }
  return group(concat(head, clauses), isBroken)
}

function clause(c: Cursor): Doc {
  if (c.is('from')) {
    const from = concat(c.take(), ' ', port(c))
    return c.is('[') ? concat(from, bracket(c, { close: ']', item: qualified })) : from
  }
  if (c.is('into')) return concat(c.take(), ' ', port(c))
  if (c.is('group')) return concat(c.take(), ' ', c.word('by'), ' ', grouping(c))
  return concat(c.take(), ' ', operation(c))
}

function port(c: Cursor): Doc {
  const stream = c.take()
  return c.is('/') ? concat(stream, c.take(), c.take()) : stream
}

function grouping(c: Cursor): Doc {
  if (!c.is('set', 'each')) return operation(c)
  return concat(c.take(), bracket(c, { close: ')', item: grouping }))
}
