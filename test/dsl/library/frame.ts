import type { Frame } from '#dsl/program.ts'

/** A frame as `eval` fills it for its first line. */
export function frame(change: Partial<Frame> = {}): Frame {
  return {
    event: null,
    meta: {},
    state: null,
    args: null,
    window: null,
    group: null,
    port: undefined,
    ingestNs: 0n,
    origin: { scheme: 'snot', host: 'test', port: 23, path: ['snot'] },
    instance: 'tremor',
    aggregates: null,
    ...change,
  }
}
