import { nearest } from '#dsl/nearest.ts'
import type { Span } from '#dsl/source.ts'
import type { RampSpec } from '../config.ts'
import { defineCheck, type Found } from '../model.ts'
import { placeOf } from '../yaml.ts'

export default defineCheck({
  code: 'E0702',
  title: 'unknown component',
  explain:
    'A "type:", codec, preprocessor or postprocessor is named that Temblor does not have. `temblor list` names those there are.',
  wrong: 'onramp:\n  - id: in\n    type: rset',
  right: 'onramp:\n  - id: in\n    type: rest',
  *run({ config, catalogue }) {
    for (const spec of [...config.onramps, ...config.offramps]) {
      const at = (...path: readonly (string | number)[]) => placeOf(spec.written, path, 'value')
      if (spec.definition === undefined)
        yield unknown(`${spec.kind} type`, spec.type, at('type'), [...catalogue[`${spec.kind}s`].keys()])
      for (const [name, span] of codecsOf(spec))
        if (!catalogue.codecs.has(name)) yield unknown('codec', name, span, [...catalogue.codecs.keys()])
      for (const kind of ['preprocessor', 'postprocessor'] as const) {
        for (const [index, name] of spec[`${kind}s`].entries()) {
          const known = catalogue[`${kind}s`]
          if (!known.has(name)) yield unknown(kind, name, at(`${kind}s`, index), [...known.keys()])
        }
      }
    }
  },
})

function codecsOf({ codec, codecMap, written }: RampSpec): readonly (readonly [name: string, span: Span])[] {
  const mapped = Object.entries(codecMap).map(
    ([mime, name]) => [name, placeOf(written, ['codec_map', mime], 'value')] as const,
  )
  return codec === undefined ? mapped : [[codec, placeOf(written, ['codec'], 'value')], ...mapped]
}

function unknown(noun: string, name: string, span: Span, known: readonly string[]): Found {
  const near = nearest(name, known)
  const help =
    near === undefined ? `Known: ${known.map((each) => `"${each}"`).join(', ')}` : `Did you mean "${near}"?`
  return {
    message: `There is no ${noun} "${name}"`,
    labels: [{ span, message: `no such ${noun}` }],
    help,
    ...(near === undefined || span.source.text.slice(span.start, span.end) !== name
      ? {}
      : { fix: [{ span, text: near }] }),
  }
}
