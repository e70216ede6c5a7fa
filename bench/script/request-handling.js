export const events = [
  { a: 1, message: 'hello' },
  { a: 2, message: 'world', forwarded: false },
]

export const meta = {
  request: {
    method: 'GET',
    headers: { host: ['example.org'], accept: ['*/*'] },
    url: { scheme: 'http', host: 'localhost', port: 65535, path: '/index.html' },
  },
}

export function run(frame) {
  const { request } = frame.meta
  const host = request.headers.host !== undefined ? request.headers.host[0] : 'UNDEFINED'
  const forwarded = `by=localhost:65535;host=${host};proto=http`
  const endpoint = {}
  for (const key of Object.keys(request.url))
    if (key !== 'host' && key !== 'port') endpoint[key] = request.url[key]
  frame.meta = {
    ...frame.meta,
    request: { ...request, headers: { ...request.headers, Forwarded: forwarded } },
    endpoint,
  }
  frame.event = { ...frame.event, forwarded }
  return frame.event
}
