/** Dissect rules, `%{date} %{?skipped} %{level:int}`, as the crate tremor-rs/dissect reads them. */
import { unescapeSeparator } from './escapes.ts'
import { MistakeInText } from './function.ts'
import { integer } from './number.ts'
import { float, type Rec, type Value } from './value.ts'

type Step =
  | { readonly kind: 'text'; readonly text: string }
  /** `%{_}`, `%{_(-)}`: as often as it stands there. */
  | { readonly kind: 'padding'; readonly text: string }
  | Field

interface Field {
  readonly kind: 'field'
  readonly name: string
  /** `skip` is `%{?x}`, `append` is `%{+x}`, `named` is `%{&x}`. */
  readonly role: 'plain' | 'skip' | 'append' | 'named'
  readonly type: 'string' | 'int' | 'float'
}

/** A reader for whole texts; its answer is undefined if a text does not match. Throws `MistakeInText` on a bad rule. */
export function compileDissect(rule: string): (text: string) => Rec | undefined {
  const steps = stepsOf(rule)
  return (text) => read(steps, text)
}

function stepsOf(rule: string): Step[] {
  const steps: Step[] = []
  for (let at = 0; at < rule.length; ) {
    if (!rule.startsWith('%{', at)) {
      const next = rule.indexOf('%{', at)
      const end = next < 0 ? rule.length : next
      steps.push({ kind: 'text', text: unescapeSeparator(rule.slice(at, end)) })
      at = end
      continue
    }
    const end = rule.indexOf('}', at)
    const nested = rule.indexOf('%{', at + 2)
    if (end < 0 || (nested >= 0 && nested < end))
      throw new MistakeInText(`The field at character ${at + 1} is not closed by "}"`, at, 2)
    const step = stepOf(rule.slice(at + 2, end), at)
    if (step.kind === 'field' && steps.at(-1)?.kind === 'field') {
      throw new MistakeInText(`Two fields have nothing between them at character ${at + 1}`, at, end + 1 - at)
    }
    if (step.kind === 'padding' && rule.startsWith(step.text, end + 1)) {
      throw new MistakeInText(`The padding at character ${at + 1} is followed by itself`, at, end + 1 - at)
    }
    steps.push(step)
    at = end + 1
  }
  return steps
}

const ROLES: Readonly<Record<string, Field['role']>> = { '?': 'skip', '+': 'append', '&': 'named' }

function stepOf(text: string, at: number): Step {
  if (text === '') return { kind: 'field', name: '', role: 'skip', type: 'string' }
  if (text === '_') return { kind: 'padding', text: ' ' }
  if (text.startsWith('_')) {
    const padding = /^_\(([\s\S]+)\)$/.exec(text)?.[1]
    if (padding === undefined)
      throw new MistakeInText(
        `A padding is written "%{_}" or "%{_(-)}", found "%{${text}}"`,
        at,
        text.length + 3,
      )
    return { kind: 'padding', text: padding }
  }
  const role = ROLES[text[0]!] ?? 'plain'
  const name = role === 'plain' ? text : text.slice(1)
  if (role === 'skip' || role === 'append') return { kind: 'field', name, role, type: 'string' }
  const colon = name.indexOf(':')
  if (colon < 0) return { kind: 'field', name, role, type: 'string' }
  const type = name.slice(colon + 1)
  if (type !== 'int' && type !== 'float' && type !== 'string') {
    throw new MistakeInText(
      `The type of a field is int, float or string, found ${JSON.stringify(type)} at character ${at + 1}`,
      at + 2 + text.length - type.length,
      Math.max(type.length, 1),
    )
  }
  return { kind: 'field', name: name.slice(0, colon), role, type }
}

interface Reading {
  readonly fields: Map<string, Value>
  readonly skipped: Map<string, string>
  /** What appended values are joined with: the last padding. */
  separator: string
}

function read(steps: readonly Step[], text: string): Rec | undefined {
  const reading: Reading = { fields: new Map(), skipped: new Map(), separator: ' ' }
  let at = 0
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index]!
    if (step.kind === 'text') {
      if (!text.startsWith(step.text, at)) return undefined
      at += step.text.length
    } else if (step.kind === 'padding') {
      reading.separator = step.text
      while (text.startsWith(step.text, at)) at += step.text.length
    } else {
      const end = endOf(text, at, [steps[index + 1], steps[index + 2]])
      if (end < 0 || !store(reading, step, text.slice(at, end))) return undefined
      at = end
    }
  }
  return at === text.length ? Object.fromEntries(reading.fields) : undefined
}

/** A field ends where what follows it begins. Padding may be absent: then it ends where the text after that begins. */
function endOf(
  text: string,
  at: number,
  [next, after]: readonly [Step | undefined, Step | undefined],
): number {
  if (next === undefined || next.kind === 'field') return text.length
  const end = text.indexOf(next.text, at)
  if (end >= 0 || next.kind === 'text') return end
  if (after === undefined) return text.length
  return after.kind === 'text' ? text.indexOf(after.text, at) : -1
}

function store({ fields, skipped, separator }: Reading, { name, role, type }: Field, text: string): boolean {
  switch (role) {
    case 'skip':
      skipped.set(name, text)
      return true
    case 'append': {
      const before = fields.get(name)
      if (before !== undefined && typeof before !== 'string') return false
      fields.set(name, before === undefined ? text : before + separator + text)
      return true
    }
    default: {
      const key = role === 'named' ? skipped.get(name) : name
      const value = converted(text, type)
      if (key === undefined || (role === 'named' && key === '') || value === undefined) return false
      fields.set(key, value)
      return true
    }
  }
}

function converted(text: string, type: Field['type']): Value | undefined {
  if (type === 'string') return text
  if (type === 'float')
    return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text) ? float(Number(text)) : undefined
  if (!/^[-+]?\d{1,20}$/.test(text)) return undefined
  const value = BigInt(text.replace('+', ''))
  return value === BigInt.asIntN(64, value) ? integer(value) : undefined
}
