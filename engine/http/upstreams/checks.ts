/** Active checks: a GET of ours to every upstream, now and then. */
import type { Timer } from '../../clock.ts'
import type { ClientCall } from '../transport.ts'
import type { Upstreams } from '../upstreams.ts'
import { type SetConfig, statusesOf } from './fields.ts'
import type { Member } from './member.ts'

type Active = NonNullable<NonNullable<SetConfig['health']>['active']>

export class Checks {
  readonly #set: Upstreams
  readonly #config: Active
  readonly #random: () => number
  readonly #expected: ReadonlySet<number>
  readonly #timers = new Map<Member, Timer>()
  readonly #calls = new Map<Member, ClientCall>()
  #stopped = false

  constructor(set: Upstreams, config: Active, random: () => number) {
    this.#set = set
    this.#config = config
    this.#random = random
    this.#expected = statusesOf(config.status)
  }

  /** The first check comes at once; the later ones of many sets spread by themselves, since each is up to a tenth early or late. */
  start(): void {
    for (const member of this.#set.members) this.#check(member)
  }

  stop(): void {
    this.#stopped = true
    for (const timer of this.#timers.values()) timer.cancel()
    for (const call of this.#calls.values()) call.abort()
  }

  #check(member: Member): void {
    const { path, timeout, host } = this.#config
    let over = false
    const done = (trouble: string | null) => {
      if (over || this.#stopped) return
      over = true
      this.#calls.delete(member)
      this.#judge(member, trouble)
      const wait = this.#config.interval * (0.9 + 0.2 * this.#random())
      this.#timers.set(
        member,
        this.#set.clock.after(wait, () => this.#check(member)),
      )
    }
    const call = this.#set.client.request(
      {
        scheme: member.scheme,
        host: member.host,
        port: member.port,
        method: 'GET',
        path: path.startsWith('/') ? path : `/${path}`,
        headers: ['host', host ?? member.authority, 'user-agent', 'temblor-health', 'accept', '*/*'],
        body: null,
        connectMs: timeout,
        firstByteMs: timeout,
        bodyIdleMs: timeout,
      },
      {
        head: (status, _headers, body) => {
          swallow(body)
          done(this.#expected.has(status) ? null : `answered ${status}`)
        },
        fail: (fault) => done(fault.message),
      },
    )
    if (!over) this.#calls.set(member, call)
  }

  #judge(member: Member, trouble: string | null): void {
    const { healthy, unhealthy } = this.#config
    if (trouble === null) {
      member.checks = Math.max(0, member.checks) + 1
      if (member.state === 'down' && member.checks >= healthy)
        this.#set.turn(member, 'up', `${member.checks} good checks in a row`)
    } else {
      member.checks = Math.min(0, member.checks) - 1
      if (member.state !== 'down' && -member.checks >= unhealthy)
        this.#set.turn(member, 'down', `${-member.checks} bad checks in a row, the last: ${trouble}`)
    }
  }
}

const mostBytes = 64 * 1024

/** Reads a short answer to its end, so that the connection can be used again, and gives up on a long one. */
function swallow(body: Parameters<Parameters<Upstreams['client']['request']>[1]['head']>[2]): void {
  let size = 0
  body.start({
    write(chunk) {
      size += chunk.length
      if (size > mostBytes) body.cancel()
      return true
    },
    end() {},
    fail() {},
  })
}
