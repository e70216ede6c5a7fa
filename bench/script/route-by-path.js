import { DROP } from '#dsl/program.ts'

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
  const path = frame.meta.request.url.path
  if (path === '/favicon.ico') return DROP
  frame.port = path === '/' ? 'home' : path === '/index.html' ? 'page' : 'files'
  return frame.event
}
