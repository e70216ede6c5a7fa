/** Which single characters a leaf of the tree takes. */
import type { Regex } from './ast.ts'
import { quote } from './class.ts'

export interface Leaf {
  /** For characters below 128. */
  readonly ascii: Uint8Array
  takes(code: number): boolean
}

/** Stand for all other characters where sets are compared: a letter, a digit, a mark, a blank, a sign of other scripts. */
const SAMPLES = [0xe4, 0x3bb, 0x4e2d, 0x663, 0x301, 0x2003, 0x2014, 0x1f480]

const leaves = new Map<string, Leaf>()

export function leafOf(regex: Regex & { readonly kind: 'char' | 'set' }, anyCase: boolean): Leaf {
  const text =
    regex.kind === 'char' ? quote(regex.char) : regex.unicode === '[]' ? '[^\\s\\S]' : regex.unicode
  const source = `^${anyCase ? `(?i:${text})` : text}$`
  let leaf = leaves.get(source)
  if (leaf === undefined) {
    if (leaves.size > 1000) leaves.clear()
    leaves.set(source, (leaf = made(source)))
  }
  return leaf
}

function made(source: string): Leaf {
  const native = new RegExp(source, 'v')
  const test = (code: number): boolean => native.test(String.fromCodePoint(code))
  const ascii = Uint8Array.from({ length: 128 }, (_, code) => Number(test(code)))
  const others = new Map<number, boolean>()
  return {
    ascii,
    takes(code) {
      if (code < 128) return ascii[code] === 1
      let known = others.get(code)
      if (known === undefined) {
        if (others.size > 1000) others.clear()
        others.set(code, (known = test(code)))
      }
      return known
    },
  }
}

/** The characters a leaf takes, as a set of bits that can be compared: one each for ASCII, one for each sample. */
export function bitsOf(leaf: Leaf): bigint {
  let bits = 0n
  for (let code = 0; code < 128; code++) if (leaf.ascii[code] === 1) bits |= 1n << BigInt(code)
  SAMPLES.forEach((code, at) => {
    if (leaf.takes(code)) bits |= 1n << BigInt(128 + at)
  })
  return bits
}
