/**
 * The normal form of a path, by which a request is refused before anything else looks at it. Rules are held against a reading that reaches
 * further (`route/path.ts`). A path that is let in is forwarded as it was sent.
 */

// A path without any of these is its own normal form.
const UNUSUAL = /[%\\]|\/\/|\/\./

/**
 * Letters, digits and `-._~` unescaped, other escapes in upper case, `\` as `/`, slashes in a row as one, `.` and `..` resolved
 * (RFC 3986 6.2.2). Null if it climbs above its root.
 */
export function normalPath(path: string): string | null {
  if (!UNUSUAL.test(path)) return path
  const segments = path
    .replace(/%[0-9A-Fa-f]{2}/g, unescaped)
    .replaceAll('\\', '/')
    .split('/')
  const kept: string[] = []
  for (const segment of segments) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') kept.push(segment)
    else if (kept.pop() === undefined) return null
  }
  const last = segments.at(-1)!
  const open = kept.length > 0 && (last === '' || last === '.' || last === '..')
  return `/${kept.join('/')}${open ? '/' : ''}`
}

function unescaped(code: string): string {
  const char = String.fromCharCode(Number.parseInt(code.slice(1), 16))
  return /[A-Za-z0-9._~-]/.test(char) ? char : code.toUpperCase()
}

/** Why a request target is refused: no server behind us is to find out what it makes of such a path. */
export function pathTrouble(target: string): string | null {
  // Most have neither, and are asked nothing more.
  if (target.indexOf('%') === -1 && target.indexOf('..') === -1) return null
  const question = target.indexOf('?')
  const path = question === -1 ? target : target.slice(0, question)
  if (path.includes('%00')) return 'The path holds a NUL'
  return normalPath(path) === null ? 'The path climbs above its root' : null
}
