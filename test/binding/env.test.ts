// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of configurations are written so
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillFromEnvironment } from '#engine/binding/env.ts'
import type { Files } from '#engine/binding/files.ts'

const files: Files = {
  read: (path) => {
    if (path === '/etc/app/token') return 's3cret\n'
    throw Object.assign(new Error('no'), { code: 'ENOENT' })
  },
  list: () => [],
  isDirectory: () => false,
  stdin: () => '',
}
const fill = (text: string) =>
  fillFromEnvironment(text, { env: { HOST: 'web', EMPTY: '' }, files, from: '/etc/app/proxy.yaml' })

for (const [written, filled] of [
  ['plain', 'plain'],
  ['${HOST}', 'web'],
  ['http://${HOST}:80/${HOST}', 'http://web:80/web'],
  ['${EMPTY}', ''],
  ['${EMPTY:-x}', 'x'],
  ['${NONE:-}', ''],
  ['${NONE:-a: [b]}', 'a: [b]'],
  ['${HOST:?must be set}', 'web'],
  ['${file:token}', 's3cret'],
  ['${file:/etc/app/token}', 's3cret'],
  ['$${HOST}', '${HOST}'],
  ['#{event.host} $HOST', '#{event.host} $HOST'],
] as const) {
  test(`${written} is ${JSON.stringify(filled)}`, () => {
    const { text, problems } = fill(written)
    assert.deepEqual([text, problems], [filled, []])
  })
}

for (const [written, message] of [
  ['${NONE}', /^The variable "NONE" is not set$/],
  ['${NONE:?ask for one}', /^The variable "NONE" is not set: ask for one$/],
  ['${file:missing}', /^The file "\/etc\/app\/missing" cannot be filled in: it does not exist$/],
  ['${not a name}', /is no variable$/],
  ['${HOST', /has no closing brace$/],
] as const) {
  test(`${written} is complained of`, () => {
    assert.match(fill(written).problems[0]!.message, message)
  })
}
