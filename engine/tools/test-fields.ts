/** The keys of a `*.test.yaml` file. */
import {
  any,
  boolean,
  type ConfigOf,
  duration,
  either,
  integer,
  list,
  map,
  oneOf,
  record,
  text,
} from '../config.ts'

const headers = (doc: string) =>
  map(doc, either('', [text('A value.'), list('Several values.', text('A value.'))]), { default: {} })

export const faults = ['connect', 'dns', 'tls', 'timeout', 'reset', 'bad_response'] as const

export const mockFields = {
  answer: record('The answer to a request.', {
    status: integer('Its status.', { default: 200, min: 100, max: 599 }),
    headers: headers('Its header fields.'),
    body: any('Its body: a text as it is, any other value as JSON.'),
  }),
  fail: oneOf('How the request fails instead.', {
    connect: 'Nothing listens there.',
    dns: 'The name is not known.',
    tls: 'No secure connection comes about.',
    timeout: 'No answer comes.',
    reset: 'The connection breaks before the answer.',
    bad_response: 'What comes is no HTTP.',
  }),
  after: duration('How long it takes.', { unit: 'ms', default: '0ms' }),
}

const mock = either('', [
  list('What it does with one request after the other; the last goes on.', record('', mockFields), {
    least: 1,
  }),
  record('What it does with every request.', mockFields),
])
const mocks = (doc: string) =>
  map(doc, mock, { default: {}, examples: [{ '/offramp/upstream01/01': { answer: { body: { a: 1 } } } }] })

export const insertFields = {
  at: text(
    'Where the event enters: the address of a port, "/onramp/http_in/01/out" or "/pipeline/main/01/in".',
    {
      required: true,
    },
  ),
  value: any('Its value.'),
  meta: any('Its metadata: `request` is what scripts see as `$request`.'),
  count: integer('How many such events.', { default: 1, min: 1 }),
}

export const requestFields = {
  to: text('The onramp that takes it, "/onramp/http_in/01". By default the only one there is.'),
  method: text('Its method.', { default: 'GET' }),
  path: text('Path and query.', { default: '/' }),
  headers: headers('Its header fields.'),
  body: any('Its body: a text as it is, any other value as JSON.'),
}

const answerFields = {
  status: integer('Its status.'),
  reason: text('Why the engine answered by itself: `no_route`, `deadline`.'),
  headers: map('Header fields it must have.', text('The value.'), { default: {} }),
  body: any('Its whole body, decoded if it is JSON.'),
  like: any('What its body must hold: of records these fields at least.'),
}

export const expectFields = {
  at: text('Where an event must have come by, since the last expectation of that place.'),
  nothing: boolean('None may have come by there.', { default: false }),
  count: integer('So many must have come by, no more and no less. What else is said holds for each.', {
    min: 0,
  }),
  value: any('The whole value of the event.'),
  like: any('What its value must hold: of records these fields at least.'),
  meta: any('What its metadata must hold: these fields at least.'),
  where: text('An expression that must be true of it.', { examples: ['event.a > 1 and present $request'] }),
  answer: record('The answer to the next request of this test that was not looked at.', answerFields),
}

/** A step does what stands here, in this order. */
export const stepFields = {
  insert: either('Events to insert.', [
    list('Several.', record('', insertFields)),
    record('One.', insertFields),
  ]),
  request: either('Requests to send.', [
    list('Several.', record('', requestFields)),
    record('One.', requestFields),
  ]),
  advance: duration('How far to move the clock on.', { unit: 'ms' }),
  expect: either('What must have happened.', [
    list('Several.', record('', expectFields)),
    record('One.', expectFields),
  ]),
}

export const testFields = {
  name: text('What is tested, for people.', { required: true }),
  mocks: mocks('What offramps do in this test, over what the file says.'),
  ...stepFields,
  steps: list('Steps, one after the other, if one is not enough.', record('', stepFields), { default: [] }),
}

export const testFileFields = {
  configuration: list(
    'Files and folders of the configuration under test, seen from this file.',
    text('A path.'),
    {
      required: true,
      least: 1,
    },
  ),
  mocks: mocks('What stands behind offramps, by their addresses. Without a mock nothing listens there.'),
  tests: list('The tests. Each has an engine and a clock of its own.', record('', testFields), {
    required: true,
    least: 1,
  }),
}

export type Mock = ConfigOf<typeof mockFields>
export type Insert = ConfigOf<typeof insertFields>
export type Request = ConfigOf<typeof requestFields>
export type Expect = ConfigOf<typeof expectFields>
export type AnswerExpect = ConfigOf<typeof answerFields>
export type Step = ConfigOf<typeof stepFields>
export type TestSpec = ConfigOf<typeof testFields>
export type TestFileSpec = ConfigOf<typeof testFileFields>
