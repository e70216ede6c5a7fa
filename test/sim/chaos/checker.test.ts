/** The judge of level C finds what is wrong in a log: here each promise is broken once, by hand. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { judge } from './checker.ts'
import type { Asked, Attempt, Log } from './log.ts'

const answered = { status: 200, marker: 'm1', reason: null, generations: '1 1', body: 'b' }

function asked(more: Partial<Asked> = {}): Asked {
  return {
    marker: 'm1',
    method: 'GET',
    behaviour: 'ok',
    connection: 1,
    sentAt: 1000,
    answer: answered,
    end: 'whole',
    endedAt: 1010,
    excused: false,
    ...more,
  }
}

function attempt(more: Partial<Attempt> = {}): Attempt {
  return { marker: 'm1', method: 'GET', at: 1005, said: 'b', ...more }
}

function log(more: Partial<Log> = {}): Log {
  return {
    asked: [asked()],
    attempts: [attempt()],
    harms: [],
    broken: [],
    stoppedAt: Infinity,
    deadlineMs: 3000,
    ...more,
  }
}

const wrong: Readonly<Record<string, [rule: string, log: Log]>> = {
  'a request without an end': ['I2', log({ asked: [asked({ end: null, answer: null })] })],
  'a request that waits for ever': [
    'I2',
    log({ asked: [asked({ answer: null, end: 'cut', endedAt: 9000 })] }),
  ],
  'an answer to another request': [
    'I3',
    log({ asked: [asked({ answer: { ...answered, marker: 'm2' } })], attempts: [attempt()] }),
  ],
  'a smuggled request that arrived': ['I3', log({ attempts: [attempt(), attempt({ marker: 'poison-1' })] })],
  'a smuggled answer': ['I3', log({ asked: [asked({ answer: { ...answered, body: 'poison-1' } })] })],
  'a request nobody made': ['I3', log({ attempts: [attempt(), attempt({ marker: 'm9' })] })],
  'a short answer that seems whole': ['I4', log({ asked: [asked({ answer: { ...answered, body: '' } })] })],
  'a POST that arrives twice': [
    'I5',
    log({ asked: [asked({ method: 'POST' })], attempts: [attempt(), attempt()] }),
  ],
  'a GET that arrives three times': ['I5', log({ attempts: [attempt(), attempt(), attempt()] })],
  'an answer out of two configurations': [
    'I8',
    log({ asked: [asked({ answer: { ...answered, generations: '1 2' } })] }),
  ],
  'a failure where nothing failed': [
    'oracle',
    log({
      asked: [asked({ answer: { ...answered, marker: null, status: 502, reason: 'upstream_reset' } })],
    }),
  ],
  'a deadline where the upstream answers': [
    'oracle',
    log({ asked: [asked({ answer: { ...answered, marker: null, status: 504, reason: 'deadline' } })] }),
  ],
  'a connection that ends without a word': ['oracle', log({ asked: [asked({ answer: null, end: 'cut' })] })],
  'bytes that are no answer': ['wire', log({ broken: ['not a chunk'] })],
}

describe('it is found', () => {
  for (const [name, [rule, log]] of Object.entries(wrong))
    test(name, () => assert.equal(judge(log).violations[0]?.rule, rule))
})

const right: Readonly<Record<string, Log>> = {
  'an answer': log(),
  'a failure next to a break on the way': log({
    asked: [asked({ answer: { ...answered, marker: null, status: 502, reason: 'upstream_reset' } })],
    harms: [1, 1002, 9000],
  }),
  'a client that left': log({ asked: [asked({ answer: null, end: 'left', excused: true })] }),
  'a GET that was made again': log({ attempts: [attempt({ said: null }), attempt()] }),
  'a request behind the last answer on its connection': log({
    asked: [asked({ answer: null, end: 'never taken' })],
    attempts: [],
  }),
  'a refusal while the process stops': log({
    asked: [asked({ answer: { ...answered, marker: null, status: 503, reason: 'draining' } })],
    stoppedAt: 1001,
  }),
}

describe('it is as it may be', () => {
  for (const [name, log] of Object.entries(right))
    test(name, () => assert.deepEqual(judge(log).violations, []))
})
