/**
 * The narrow interface behind which HTTP/1.1 is spoken. Two implementations: our own strict parser on `node:net`
 * (`own/`), and Node's `node:http` with undici (`node/`). Everything above sees only this file.
 *
 * Bodies flow by callbacks with backpressure: a sink that returns false from `write` is sent nothing more until it
 * calls `resume` on the source.
 */
import type { Socket } from 'node:net'
import type { Clock } from '../clock.ts'

/** name, value, name, value … in the order and spelling received. Values are latin1 text without CR, LF or NUL. */
export type HeaderList = readonly string[]

export interface Transport {
  readonly name: 'own' | 'node'
  listen(options: ListenOptions, handler: ServerHandler): Promise<Listener>
  client(options: ClientOptions): Client
}

/** Thrown for a field, status, method or target that would break the message it is put in. Nothing was sent. */
export class Unfit extends TypeError {}

// ---- bodies --------------------------------------------------------------------------------------------------

/** Bytes still arriving. `start` may be called once; until then the sender is held back. */
export interface BodySource {
  /** Octets, where the sender stated them; 0 if there is no body; undefined for chunked and until-close bodies. */
  readonly length: number | undefined
  /**
   * If all of it came with its head, and it was not started: what `take` makes of its octets, a part of a buffer that is used again. Nothing
   * follows then. Undefined: it has to be started.
   */
  takeWhole?<T>(take: (buf: Uint8Array, from: number, to: number) => T): T | undefined
  start(sink: BodySink): void
  /** Asks for more after a `write` that returned false. */
  resume(): void
  /** Nobody wants the rest. The connection is not reused unless the rest has already arrived. */
  cancel(): void
}

export interface BodySink {
  /** Takes a chunk. The chunk may be a view of a buffer that is reused after the call returns true-or-false: copy to keep. */
  write(chunk: Uint8Array): boolean
  /** The same for a part of a buffer: who offers it is spared a view of each chunk. */
  writePart?(buf: Uint8Array, from: number, to: number): boolean
  end(trailers?: HeaderList): void
  /** The body was cut short. What was written must not be taken for the whole. */
  fail(fault: HttpFault): void
}

/** One end of a connection that has left HTTP behind: bytes both ways (RFC 9110 7.8). */
export interface Tunnel {
  /** What the peer sends, until it closes its direction. */
  readonly source: BodySource
  /** Sends what `source` gives: its end closes our direction, its failure cuts the connection. To be called once. */
  send(source: BodySource): void
  /** Cuts the connection. The source tells nothing more. */
  cut(): void
}

// ---- faults --------------------------------------------------------------------------------------------------

export interface HttpFault {
  readonly kind: /** server side */
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
    /** client side */
    | 'dns'
    | 'connect'
    | 'tls'
    | 'reset'
    | 'timeout'
    | 'bad_response'
    | 'aborted'
    | 'closed'
  /** One line, for logs and error events. No addresses of ours. */
  readonly message: string
  /** Server side: the status that fits. */
  readonly status?: number
  /** Client side: how far it had got, for the decision whether a second attempt is safe. */
  readonly phase?: 'resolve' | 'connect' | 'write' | 'wait' | 'head' | 'body'
  /** Client side: some bytes of the request were handed to the socket. */
  readonly sent?: boolean
  /** Client side: the connection had served another request before. */
  readonly reused?: boolean
}

// ---- server --------------------------------------------------------------------------------------------------

/** Limits in octets and milliseconds; defaults in `limits.ts`. */
export interface ServerLimits {
  readonly maxHeadBytes: number
  readonly maxHeaders: number
  readonly maxTargetBytes: number
  /** From the first byte of a request's head to its end. */
  readonly headMs: number
  /** Between two reads of a body. */
  readonly bodyIdleMs: number
  /** Between two requests on a connection. */
  readonly keepAliveMs: number
  /** A client that takes no bytes for this long is cut off. */
  readonly writeIdleMs: number
  readonly maxConnections: number
}

export interface ListenOptions {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  readonly limits: ServerLimits
  readonly clock: Clock
  /** Who listens, for a transport that hands out ports: `/onramp/http_in/01`. */
  readonly name?: string
  /** For `--workers`: connections come from somebody who accepts them, and nothing is listened on here. */
  readonly door?: Door
  /** Several processes share the port, connections going to whom the kernel chooses. */
  readonly reusePort?: boolean
  /** What a client's FIN behind a whole request means: it still waits for the answer (default), or it has left. */
  readonly halfClose?: 'answer' | 'abort'
  /** Trouble of the listening socket itself (such as no descriptors left); it goes on listening. */
  readonly onTrouble?: (message: string) => void
}

/** Where connections arrive that another process accepted. */
export interface Door {
  readonly host: string
  readonly port: number
  /** Calls `take` with each connection, paused. */
  open(take: (socket: Socket) => void): void
  /** No more arrive. */
  close(): void
}

export interface ServerHandler {
  /** One request whose head is whole. Requests of one connection come one after the other: the next after the answer to this. */
  request(exchange: Exchange): void
  /** What to send for a request that was refused before it became an exchange, or whose body broke before an answer. */
  refuse(fault: HttpFault): { readonly status: number; readonly headers: HeaderList; readonly body: string }
}

export interface Exchange {
  /** As sent: upper case token. */
  readonly method: string
  /** Origin form: path and query exactly as sent; `*` never arrives here. */
  readonly target: string
  /** Of the absolute-form target, else the Host header; '' if there was none (HTTP/1.0) or it is empty. */
  readonly authority: string
  readonly version: '1.1' | '1.0'
  /** Without hop-by-hop interpretation; nothing removed. */
  readonly headers: HeaderList
  readonly remote: { readonly address: string; readonly port: number }
  readonly body: BodySource
  /** The client wishes to go on in this protocol, and its request is such that it may be let. Absent where a transport cannot. */
  readonly upgrade?: 'websocket' | undefined
  /**
   * Instead of `respond`: answers 101 and hands out the client's connection. Bytes that came early are the first of its source.
   * The holder is not called: how it goes on is up to whoever holds the tunnel. Null if the client has left.
   */
  switchTo?(headers: HeaderList): Tunnel | null
  /** An interim answer (103, 100). Ignored for HTTP/1.0 and after `respond`. */
  inform(status: number, headers: HeaderList): void
  /**
   * The answer. A second call throws: one settle point, one answer. The transport frames it: `content-length`,
   * `transfer-encoding`, `connection`, `keep-alive`, `trailer` and `upgrade` in `headers` are left out; HEAD, 204 and 304 carry no body; `Date` is added if absent.
   * An answer to HEAD and a 304 keep a `content-length` that `headers` states. Once the client has left or the request
   * was refused midway the answer is thrown away silently. A header that would break framing throws, before anything is settled.
   * A body source is pulled as fast as the client reads; if it fails midway the connection is cut, visibly.
   */
  respond(status: number, headers: HeaderList, body: Uint8Array | string | BodySource | null): void
  /** Set before returning from `request`. */
  holder: ExchangeHolder | null
}

/** Who took a request, and hears how it went. */
export interface ExchangeHolder {
  /** Called once, `sentBytes` being octets of content (and perhaps after the next request was handed over): the answer was written whole (null), or the client left or the answer was cut (fault). */
  exchangeOver(fault: HttpFault | null, sentBytes: number): void
}

export interface Listener {
  readonly host: string
  readonly port: number
  readonly connections: number
  /** Requests whose head is whole from now on go to this handler, under these limits; connections stay. */
  rebind(handler: ServerHandler, limits: ServerLimits, halfClose?: ListenOptions['halfClose']): void
  /** Takes no new connections, closes idle ones, answers what is in flight with `Connection: close`; resolves when all are gone. */
  drain(): Promise<void>
  /** Cuts whatever is left. */
  close(): void
}

// ---- client --------------------------------------------------------------------------------------------------

export interface ClientOptions {
  readonly clock: Clock
  /** As curl's --connect-to: requests for `HOST:PORT` go to another address; the Host header stays. */
  readonly connectTo: readonly ConnectTo[]
  /** An idle pooled connection is closed after this long; kept below what the peer's Keep-Alive hint says. */
  readonly idleMs: number
  readonly maxIdlePerOrigin: number
  readonly tls?: { readonly ca?: string; readonly rejectUnauthorized?: boolean }
  /** Whether this host, at this address, may be connected to; anywhere if absent. Not asked where `connectTo` leads. */
  readonly mayConnect?: ((host: string, address: string) => boolean) | undefined
  /** Names to addresses; the system's resolver if absent. */
  readonly lookup?: (host: string, done: (error: string | null, addresses: readonly string[]) => void) => void
}

export interface ConnectTo {
  /** Empty matches any. */
  readonly host: string
  /** 0 matches any. */
  readonly port: number
  readonly toHost: string
  readonly toPort: number
}

export interface ClientRequest {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Sent as they are, save that framing and hop-by-hop headers, those that `connection` names and `expect` are left out; must hold `host`. */
  readonly headers: HeaderList
  /** A source that was started is cancelled if the call fails; one that was not stays the caller's, for another attempt. */
  readonly body: Uint8Array | string | BodySource | null
  readonly connectMs: number
  /** From the last byte of the request to the answer's head; 0 for none. */
  readonly firstByteMs: number
  /** Between two reads of the answer's body; 0 for none. */
  readonly bodyIdleMs: number
  /** The same, of an event stream, which may have nothing to say for long; absent, as of any other. */
  readonly streamIdleMs?: number | undefined
  /** Asks to go on in this protocol; a transport that cannot sends an ordinary request. Such a request has no body. */
  readonly upgrade?: 'websocket' | undefined
  /** Whoever asks decides about further attempts: a request that met the end of a reused connection is not sent again by itself. */
  readonly once?: boolean
}

export interface ClientEvents {
  /** 1xx other than 101. */
  inform?(status: number, headers: HeaderList): void
  /** Exactly one of `head`, `fail` and `switched` is called, once. After `head`, trouble reaches the body's sink. */
  head(status: number, headers: HeaderList, body: BodySource): void
  fail(fault: HttpFault): void
  /** A 101 that was asked for and proved itself. The connection is the taker's; `abort` does nothing any more. */
  switched?(headers: HeaderList, tunnel: Tunnel): void
}

export interface ClientCall {
  /** Nobody wants the answer: the connection is cut unless already returned to the pool. No event follows. */
  abort(): void
}

export interface Client {
  request(request: ClientRequest, events: ClientEvents): ClientCall
  /** Connects and closes at once: does anything listen there? */
  probe(
    target: { scheme: 'http' | 'https'; host: string; port: number; connectMs: number },
    done: (fault: HttpFault | null) => void,
  ): void
  readonly openConnections: number
  /** Closes idle connections now and the others when their request ends. */
  close(): void
}
