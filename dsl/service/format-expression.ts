/** Expressions and patterns, word by word as the grammar has them. */
import { tightness } from '../grammar/build.ts'
import type { Terminal } from '../grammar/tokens.ts'
import type { Cursor } from './cursor.ts'
import { bracket, commaList } from './format-list.ts'
import { concat, type Doc, group, indent, isHard, line } from './layout.ts'

const operators = Object.keys(tightness) as (keyof typeof tightness)[]
const comparisons: readonly Terminal[] = ['==', '!=', '>=', '>', '<=', '<']
const roots: readonly Terminal[] = ['event', 'state', 'args', 'window', 'group']
/** What follows `emit` if it emits nothing of its own. */
const ends: readonly Terminal[] = ['=>', ';', ',', ')', 'end', 'case', 'default', '<end-of-stream>']

export function expression(c: Cursor): Doc {
  switch (c.peek.kind) {
    case 'let':
      return concat(c.take(), ' ', operand(c), ' ', c.word('='), ' ', expression(c))
    case 'drop':
      return c.take()
    case 'emit':
      return emit(c)
    default:
      return operation(c)
  }
}

function emit(c: Cursor): Doc {
  const word = c.take()
  const value = c.is(...ends) ? '' : concat(' ', operation(c))
  const port = c.is('=>') ? concat(' ', c.take(), ' ', operand(c)) : ''
  return concat(word, value, port)
}

// ---- operators -----------------------------------------------------------------------------------------------

/** A chain of operands. Too long for its line, it is broken at the operators that bind least, all of them. */
export function operation(c: Cursor): Doc {
  const first = operand(c)
  const links: Link[] = []
  while (c.is(...operators)) {
    const op = c.peek.kind as Link['op']
    const isBroken = c.peek.newline || c.brokenBehind
    const before = c.line()
    links.push({ op, isBroken, before, word: c.take(), operand: operand(c) })
  }
  return links.length === 0 ? first : chain(first, links)
}

interface Link {
  readonly op: keyof typeof tightness
  /** The author begins or ends a line with it. */
  readonly isBroken: boolean
  readonly before: Doc
  readonly word: Doc
  readonly operand: Doc
}

function chain(first: Doc, links: readonly Link[]): Doc {
  if (links.length === 0) return first
  const least = Math.min(...links.map(({ op }) => tightness[op]))
  const cuts = links.flatMap(({ op }, at) => (tightness[op] === least ? [at] : []))
  const head = chain(first, links.slice(0, cuts[0]))
  const tail = cuts.map((cut, at) => {
    const { before, word, operand } = links[cut]!
    return concat(before, word, ' ', chain(operand, links.slice(cut + 1, cuts[at + 1])))
  })
  return group(
    concat(head, indent(tail)),
    cuts.some((cut) => links[cut]!.isBroken),
  )
}

// ---- operands ------------------------------------------------------------------------------------------------

export function operand(c: Cursor): Doc {
  switch (c.peek.kind) {
    case 'not':
    case 'present':
    case 'absent':
      return concat(c.take(), ' ', operand(c))
    case '!':
    case '+':
    case '-':
      return sign(c)
    case '(':
      return bracket(c, { close: ')', item: pattern })
    case '[':
      return bracket(c, { close: ']', item: expression, rows: true })
    case '{':
      return bracket(c, { close: '}', item: field })
    case '<<':
      return bracket(c, { close: '>>', item: bytesPart, pad: ' ', rows: true })
    case 'match':
    case 'for':
      return cases(c)
    case 'patch':
      return patch(c)
    case 'merge':
      return merge(c)
    default:
      return path(c)
  }
}

/** A number right behind a minus would be read as one word with it. */
function sign(c: Cursor): Doc {
  const isNumber = c.next.kind === 'int' || c.next.kind === 'float'
  const apart = isNumber || c.next.kind === '+' || c.next.kind === '-'
  return concat(c.take(), apart ? ' ' : '', operand(c))
}

function field(c: Cursor): Doc {
  return concat(c.take(), c.word(':'), ' ', expression(c))
}

function bytesPart(c: Cursor): Doc {
  const value = operand(c)
  const bits = c.is(':') ? concat(c.take(), c.take()) : ''
  const type = c.is('/') ? concat(c.take(), c.take()) : ''
  return concat(value, bits, type)
}

/** A literal, a path, or a call. */
function path(c: Cursor): Doc {
  const isRoot = c.is('$', '<ident>', 'recur', ...roots)
  const parts = c.is('$') && c.next.kind === '<ident>' ? [c.take(), c.take()] : [c.take()]
  if (!isRoot) return concat(parts)
  for (;;) {
    if (c.is('::', '.')) parts.push(c.take(), c.take())
    else if (c.is('[')) parts.push(selector(c))
    else if (c.is('(')) parts.push(bracket(c, { close: ')', item: expression }))
    else return concat(parts)
  }
}

function selector(c: Cursor): Doc {
  const open = c.take()
  const from = expression(c)
  const to = c.is(':') ? concat(c.take(), expression(c)) : ''
  return concat(open, from, to, c.word(']'))
}

// ---- blocks --------------------------------------------------------------------------------------------------

/** `match x of`, `for x of`, or `of` alone behind the parameters of a function; their cases; `end`. */
export function cases(c: Cursor): Doc {
  const head = c.is('of') ? '' : concat(c.take(), ' ', operation(c), ' ')
  let isBroken = false
  const of = c.word('of')
  const docs: Doc[] = []
  while (c.is('case', 'default')) {
    isBroken ||= c.peek.newline
    docs.push(c.line(' ', { keepBlank: docs.length > 0 }), oneCase(c))
  }
  const inner = indent(docs, c.lastComments())
  return group(concat(head, of, inner, line(), c.word('end')), isBroken)
}

function oneCase(c: Cursor): Doc {
  const head = c.is('default') ? c.take() : concat(c.take(), ' ', pattern(c))
  const guard = c.is('when') ? concat(' ', c.take(), ' ', operation(c)) : ''
  const isBroken = c.brokenBehind
  const arrow = concat(' ', c.word('=>'))
  const first = c.line(' ', { hard: isBroken })
  const body = commaList(c, expression)
  const isHugged = body.length === 1 && !isBroken && !isHard(first)
  if (isHugged) return concat(head, guard, arrow, ' ', body)
  return concat(head, guard, group(concat(arrow, indent(first, body)), isBroken))
}

function patch(c: Cursor): Doc {
  const head = concat(c.take(), ' ', operation(c), ' ')
  const isBroken = c.brokenBehind
  const of = c.word('of')
  const first = c.line()
  const inner = indent(first, commaList(c, patchOperation), c.lastComments())
  return group(concat(head, of, inner, line(), c.word('end')), isBroken)
}

function patchOperation(c: Cursor): Doc {
  const word = c.take()
  const key = c.is('=>') ? '' : concat(' ', operation(c))
  const value = c.is('=>') ? concat(' ', c.take(), ' ', operation(c)) : ''
  return concat(word, key, value)
}

function merge(c: Cursor): Doc {
  const head = concat(c.take(), ' ', operation(c), ' ')
  const isBroken = c.brokenBehind
  const of = c.word('of')
  const first = c.line()
  const isHeld = c.is('{') && !isBroken && !isHard(first)
  const value = operation(c)
  if (isHeld && c.peek.leading.length === 0) return concat(head, of, ' ', value, ' ', c.word('end'))
  return group(concat(head, of, indent(first, value, c.lastComments()), line(), c.word('end')), isBroken)
}

// ---- patterns ------------------------------------------------------------------------------------------------

/** Also what stands between parentheses: of an expression, of a case of a function, of a `for`. */
export function pattern(c: Cursor): Doc {
  switch (c.peek.kind) {
    case '%{':
      return bracket(c, { close: '}', item: fieldTest, pad: ' ' })
    case '%[':
      return bracket(c, { close: ']', item: pattern, pad: ' ' })
    case '%(':
      return bracket(c, { close: ')', item: pattern, pad: ' ' })
    case '_':
      return c.take()
    case '~':
      return concat(c.take(), ' ', extract(c))
    case '.':
      return concat(c.take(), c.take(), c.take())
    case '<ident>':
      if (c.next.kind === '=') return concat(c.take(), ' ', c.take(), ' ', pattern(c))
      return operation(c)
    default:
      return operation(c)
  }
}

function extract(c: Cursor): Doc {
  return concat(c.take(), c.word('<extractor>'))
}

function fieldTest(c: Cursor): Doc {
  if (c.is('present', 'absent')) return concat(c.take(), ' ', c.take())
  const named = c.next.kind === '=' ? concat(c.take(), ' ', c.take(), ' ') : ''
  const key = c.take()
  if (c.is(...comparisons)) return concat(named, key, ' ', c.take(), ' ', operation(c))
  const matches = c.word('~=')
  return concat(named, key, ' ', matches, ' ', c.is('<ident>') ? extract(c) : pattern(c))
}
