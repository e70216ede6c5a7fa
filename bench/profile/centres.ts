/** What the time is spent for, told by the file a function stands in. */
import type { Spent } from './fold.ts'

export const centres = {
  'kernel, write': 'calls that write to sockets',
  'kernel, read': 'the event loop outside JavaScript: it waits for sockets and reads from them',
  streams: "Node's own JavaScript between the loop and us",
  parse: 'heads and bodies of messages, from bytes',
  write: 'heads and bodies of messages, to bytes; connections and exchanges',
  ramps: 'onramp and offramp: headers as values, endpoints, flights, deadlines, counters, log',
  graph: 'pipelines: links, operators, events, insights',
  script: 'what was compiled from scripts, and the functions it calls',
  codec: 'JSON to values and back',
  collect: 'collecting garbage',
  other: 'whatever else',
} as const

export type Centre = keyof typeof centres

const byPath: readonly (readonly [pattern: RegExp, centre: Centre])[] = [
  [/engine\/http\/own\/(request-head|response-head|scan|chunked|latin1|names|inbound)\.ts$/, 'parse'],
  [/engine\/http\/own\//, 'write'],
  [
    /engine\/(codecs|preprocessors|postprocessors)\/|engine\/http\/body-codec|engine\/payload|dsl\/json/,
    'codec',
  ],
  [
    /engine\/(onramps|offramps|http)\/|engine\/(flight|clock|clock-wheel|metrics|log|respond|reason)\.ts/,
    'ramps',
  ],
  [
    /engine\/(pipeline|operators|deploy)\/|engine\/(feed|outlet|event|signal|insight|port|address)\.ts/,
    'graph',
  ],
  [/node_modules\/rxjs\//, 'graph'],
  [/\/dsl\//, 'script'],
  [/^node:/, 'streams'],
]

/** Functions that are no JavaScript. */
const native: Readonly<Record<string, Centre>> = {
  '(garbage collector)': 'collect',
  '(program)': 'kernel, read',
  '(reading)': 'kernel, read',
  writev: 'kernel, write',
  writeBuffer: 'kernel, write',
  writeLatin1String: 'kernel, write',
  writeUtf8String: 'kernel, write',
  writeAsciiString: 'kernel, write',
  latin1Slice: 'parse',
  now: 'ramps',
  parse: 'codec',
  stringify: 'codec',
}

export function centreOf({ name, url, line }: Spent): Centre {
  if (url !== '') return byPath.find(([pattern]) => pattern.test(url))?.[1] ?? 'other'
  // Code that was made of text stands in no file, but has lines.
  if (line > 0) return 'script'
  // Only the checks of header values use regular expressions on the way of a request.
  return name.startsWith('RegExp: ') ? 'ramps' : (native[name] ?? 'other')
}
