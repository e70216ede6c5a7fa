/**
 * Documents in the shapes of tremor's own benchmarks, some 600 bytes each, the same on every run: a long text, a few short ones, two
 * short lists. `measured` ones also have a measurement, and `tags` a second time, as theirs do.
 */
const WORDS =
  'pariatur nulla tempor veniam consectetur in proident labore cillum reprehenderit mollit laboris officia qui id dolore excepteur minim sit lorem sunt ex aliqua consequat nostrud ea quis magna aute ipsum do incididunt ullamco elit velit est culpa'.split(
    ' ',
  )

export function* documents(count: number, measured: boolean): Generator<string, void, void> {
  let state = 7
  const below = (end: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * end)
  }
  const oneOf = <T>(...choice: readonly T[]): T => choice[below(choice.length)]!
  for (let made = 0; made < count; made++) {
    let about = ''
    while (about.length < 330 + below(80)) about += `${about === '' ? '' : ' '}${WORDS[below(WORDS.length)]}`
    const text = JSON.stringify({
      about: `${about}.`,
      guid: `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
      abool: below(2) === 0,
      aint: 20 + below(20),
      short_message: oneOf('info', 'ERROR', 'WARN'),
      tags: Array.from({ length: 5 }, () => `tag${1 + below(5)}`),
      array: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      index_type: oneOf('sqlserverlog', 'applog_app6', ...[1, 3, 4, 5].map((app) => `syslog_app${app}`)),
      logger_name: `logger${1 + below(5)}`,
      syslog_hostname: `host${1 + below(6)}`,
      application: `app${1 + below(6)}`,
      type: oneOf('syslog', 'applog'),
      'doc-type': 'doc',
    })
    yield measured
      ? `${text.slice(0, -1)},"tags":{"pipeline":"gen"},"measurement":"text${String(1 + below(400)).padStart(3, '0')}"}`
      : text
  }

  function hex(length: number): string {
    return Array.from({ length }, () => below(16).toString(16)).join('')
  }
}
