// Each folder of test/cases/bindings is a configuration; findings.txt is what the check says of it, and of one without
// errors, what would run. Accept a change with --test-update-snapshots.
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { positionAt, type Span, textOf } from '#dsl/source.ts'
import type { Plan } from '#engine/binding/plan.ts'
import { check } from '#engine/check.ts'

const folder = fileURLToPath(new URL('../cases/bindings/', import.meta.url))
const env = { PORT: '8080', UPSTREAM: 'webserver01' }

for (const name of readdirSync(folder)) {
  test(name.replaceAll('-', ' '), async (t) => {
    const { findings, plan } = await check([join(folder, name)], { env })
    const text = [
      ...findings.map((finding) => print(finding, name)),
      ...(plan === undefined ? [] : [printPlan(plan)]),
    ].join('\n')
    t.assert.fileSnapshot(text, join(folder, name, 'findings.txt'), { serializers: [String] })
  })
}

function print({ code, severity, message, labels, notes, help, fix }: Diagnostic, name: string): string {
  const place = (span: Span) => {
    const { line, column } = positionAt(span.source, span.start)
    return `${relative(join(folder, name), span.source.name)}:${line}:${column}`
  }
  const [first, ...others] = labels
  const lines = [
    `${place(first.span)} ${severity}[${code}] ${message.replaceAll(folder, '')}`,
    `    at ${textOf(first.span).split('\n', 1)[0]}${first.message === undefined ? '' : ` -- ${first.message}`}`,
    ...others.map(({ span, message: text }) => `    ${place(span)} ${text ?? ''}`),
    ...(notes ?? []).map((note) => `    note: ${note}`),
    ...(help === undefined ? [] : [`    help: ${help}`]),
    ...(fix ?? []).map(
      ({ span, text }) =>
        `    fix: ${place(span)} ${JSON.stringify(textOf(span))} -> ${JSON.stringify(text)}`,
    ),
  ]
  return `${lines.join('\n')}\n`
}

function printPlan({ onramps, offramps, pipelines, links }: Plan): string {
  const nodes = [...onramps, ...pipelines, ...offramps].map(({ address }) => `${address}\n`)
  const arrows = links.map(({ from, to }) => `${from.address}/${from.port} -> ${to.address}/${to.port}\n`)
  return `${nodes.join('')}\n${arrows.join('')}`
}
