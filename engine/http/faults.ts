/** Faults as data: how one is made, and what a refused client is told when nobody above says otherwise. */
import type { HeaderList, HttpFault } from './transport.ts'

type ServerKind = Extract<
  HttpFault['kind'],
  | 'bad_request'
  | 'request_timeout'
  | 'body_too_large'
  | 'headers_too_large'
  | 'target_too_long'
  | 'unsupported_method'
  | 'unsupported_version'
  | 'unsupported_coding'
  | 'expectation_failed'
  | 'client_gone'
  | 'overloaded'
>

const STATUS: Readonly<Record<ServerKind, number>> = {
  bad_request: 400,
  request_timeout: 408,
  body_too_large: 413,
  headers_too_large: 431,
  target_too_long: 414,
  unsupported_method: 501,
  unsupported_version: 505,
  unsupported_coding: 501,
  expectation_failed: 417,
  client_gone: 499,
  overloaded: 503,
}

/** A refusal of the server side, with the status that fits. */
export function refusal(kind: ServerKind, message: string, status = STATUS[kind]): HttpFault {
  return { kind, message, status }
}

/** The plain answer to a refused request, for servers that have no house style of their own. */
export function plainRefusal(fault: HttpFault): { status: number; headers: HeaderList; body: string } {
  return {
    status: fault.status ?? 400,
    headers: ['content-type', 'application/json'],
    body: `${JSON.stringify({ error: fault.message, reason: fault.kind })}\n`,
  }
}
