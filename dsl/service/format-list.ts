/** Lists of things between an opening and a closing word: the one place that knows how they are broken. */
import type { Terminal } from '../grammar/tokens.ts'
import type { Cursor } from './cursor.ts'
import { concat, type Doc, group, indent, isHard, line } from './layout.ts'

export interface ListStyle {
  readonly close: Terminal
  readonly item: (cursor: Cursor) => Doc
  /** What stands behind the opening and before the closing word when all is on one line. */
  readonly pad?: '' | ' '
  /** The author's rows of several items are kept. */
  readonly rows?: boolean
}

/** The opening word here, items with commas, the closing word. */
export function bracket(cursor: Cursor, style: ListStyle): Doc {
  const { close, pad = '' } = style
  const isBroken = cursor.brokenBehind
  const open = cursor.take()
  if (cursor.is(close)) {
    const isEmpty = cursor.peek.leading.length === 0
    return concat(open, indent(cursor.lastComments()), isEmpty ? '' : line('', { hard: true }), cursor.take())
  }
  const first = cursor.line(pad)
  const items = itemsOf(cursor, style, isBroken)
  const last = cursor.lastComments()
  const inner = indent(first, items.docs, last)
  // A single thing that has brackets of its own is held by them, not by one more step of indentation.
  if (items.count === 1 && items.isHeld && !isBroken && pad === '' && !isHard(first) && !isHard(last))
    return concat(open, items.docs, cursor.take())
  return group(concat(open, inner, line(pad), cursor.take()), isBroken)
}

/** Items with commas between them, up to something that is no comma; behind the last comma the list may end. */
export function commaList(cursor: Cursor, item: (cursor: Cursor) => Doc): Doc[] {
  const docs = [item(cursor)]
  while (cursor.is(',')) {
    docs.push(cursor.take())
    if (cursor.is('end', 'script')) break
    docs.push(cursor.line(' ', { keepBlank: true }), item(cursor))
  }
  return docs
}

const opening: readonly Terminal[] = ['{', '[', '%{', '%[', '%(', '(', '<<', 'match', 'for', 'patch', 'merge']

function itemsOf(cursor: Cursor, { close, item, rows = false }: ListStyle, isBroken: boolean) {
  const docs: Doc[] = []
  let count = 0
  const isHeld = opening.includes(cursor.peek.kind)
  while (!cursor.is(close)) {
    docs.push(item(cursor))
    count += 1
    if (!cursor.is(',')) break
    docs.push(cursor.take())
    if (cursor.is(close)) break
    const isRow = rows && isBroken && !cursor.peek.newline && cursor.peek.leading.length === 0
    docs.push(isRow ? ' ' : cursor.line(' ', { keepBlank: true }))
  }
  return { docs, count, isHeld }
}
