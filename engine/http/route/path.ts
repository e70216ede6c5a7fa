/**
 * The path that a rule is held against. Upstreams undo escapes, empty segments and dots before they look; a rule that did not could be walked
 * around: `/%61dmin`, `//admin` and `/static/../admin` are all `/admin` to whoever answers them.
 *
 * Other than the normal form by which a request is refused (`http/path.ts`), which leaves an escaped slash alone, this takes the reading that reaches
 * furthest. As nginx's locations: escapes are undone once (`%252e` stays `%2e`), an escaped or a backward slash divides segments, repeated slashes are one,
 * `.` and `..` are resolved, and nothing lies above the root. What goes on to the upstream stays as the client wrote it.
 */
const ODD = /[%\\]|\/\/|\/\.\.?(?:\/|$)/

export function plainPath(path: string): string {
  if (path !== last.path)
    last = { path, plain: ODD.test(path) ? resolved(unescaped(path).replaceAll('\\', '/')) : path }
  return last.plain
}

/** Rules ask one after the other. */
let last = { path: '', plain: '' }

/** The text that an escaped text stands for. */
export function unescaped(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    // Not UTF-8, or a stray sign: what can be undone is.
    return text.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    )
  }
}

function resolved(path: string): string {
  const segments = path.split('/')
  const kept: string[] = []
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
    if (last && (segment === '' || segment === '.' || segment === '..')) kept.push('')
  }
  return `/${kept.join('/')}`
}
