/** The layouts of Rust's chrono crate (https://docs.rs/chrono, format::strftime): `%Y-%m-%dT%H:%M:%S%.3f`. */
import { MistakeInText } from '../function.ts'

export type Item =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'blank'; readonly text: string }
  /** A letter with what stands between it and the `%`: `Y`, `.3f`, `:z`; `pad` is `-`, `_`, `0` or nothing. */
  | { readonly kind: 'field'; readonly field: string; readonly pad: string }

/** What a letter stands for that is made of others. */
const SHORT: Readonly<Record<string, string>> = {
  D: '%m/%d/%y',
  x: '%m/%d/%y',
  F: '%Y-%m-%d',
  v: '%e-%b-%Y',
  R: '%H:%M',
  T: '%H:%M:%S',
  X: '%H:%M:%S',
  r: '%I:%M:%S %p',
  c: '%a %b %e %T %Y',
  h: '%b',
  t: '\t',
  n: '\n',
  '%': '%',
}

const FIELD = /%([-_0]?)(\.?[369]?f|:?z|#z|[YCymdejaAbBwuUWGgVHkIlPpMSsZ+]|[DxFvRTXrchtn%])/y

const cache = new Map<string, readonly Item[]>()

/** The items of a layout. Throws `MistakeInText` on a letter that is not known. */
export function itemsOf(layout: string): readonly Item[] {
  let items = cache.get(layout)
  if (items === undefined) {
    items = parse(layout)
    if (cache.size >= 256) cache.delete(cache.keys().next().value!)
    cache.set(layout, items)
  }
  return items
}

/** Whether the layout names a time zone; without one times are UTC. */
export function hasZone(items: readonly Item[]): boolean {
  return items.some((item) => item.kind === 'field' && /^[:#]?z$|^[Z+]$/.test(item.field))
}

function parse(layout: string): Item[] {
  const items: Item[] = []
  for (let at = 0; at < layout.length; ) {
    const plain = /\s+|[^%\s]+/y
    plain.lastIndex = at
    const found = plain.exec(layout)
    if (found !== null) {
      items.push({ kind: /^\s/.test(found[0]) ? 'blank' : 'text', text: found[0] })
      at = plain.lastIndex
      continue
    }
    FIELD.lastIndex = at
    const field = FIELD.exec(layout)
    if (field === null) {
      throw new MistakeInText(
        `The layout ${JSON.stringify(layout)} is not understood from ${JSON.stringify(layout.slice(at, at + 3))}`,
        at,
        Math.min(2, layout.length - at),
      )
    }
    at = FIELD.lastIndex
    const name = field[2]!
    if (name === '%') items.push({ kind: 'text', text: '%' })
    else if (SHORT[name] !== undefined) items.push(...parse(SHORT[name]))
    else items.push({ kind: 'field', field: name, pad: field[1]! })
  }
  return items
}
