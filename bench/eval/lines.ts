/** Events such as a proxy logs them, about 250 bytes a line; the same lines on every run. */
export function* lines(bytes: number): Generator<string, void, void> {
  let state = 1
  const below = (end: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * end)
  }
  for (let written = 0, at = 0; written < bytes; at++) {
    const line = `${JSON.stringify({
      id: at,
      time: 1_600_000_000_000 + at * 7,
      method: ['GET', 'POST', 'PUT', 'DELETE'][below(4)],
      url: {
        host: `host${below(20)}.example.org`,
        path: `/items/${below(100_000)}`,
        query: `page=${below(50)}`,
      },
      status: [200, 200, 200, 301, 404, 500][below(6)],
      duration: (below(100_000) * 2 + 1) / 1000,
      tags: ['edge', `zone-${below(8)}`],
      user: below(3) === 0 ? null : `user-${below(10_000)}`,
    })}\n`
    written += line.length
    yield line
  }
}
