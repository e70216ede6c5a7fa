/** Stands between two sockets and does what networks do: late, slow, in pieces, cut, reset, closed on one side, silent. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Chance } from '../chance.ts'

export const fates = ['plain', 'late', 'slow', 'pieces', 'cut', 'reset', 'half', 'freeze'] as const
export type Fate = (typeof fates)[number]

export interface ChaosProxy {
  readonly port: number
  /** How often each fate was drawn. */
  readonly drawn: ReadonlyMap<Fate, number>
  /** Whether the connection from this port of a client was broken on purpose. */
  isHarmed(clientPort: number): boolean
  close(): void
}

export interface ChaosOptions {
  readonly to: number
  readonly chance: Chance
  /** Share of connections that nothing is done to. */
  readonly plain: number
  /** Told when a connection is broken on purpose. */
  readonly harmed: () => void
}

/** Pieces of one octet are for the first of them: a long body would take for ever. */
const piecesOf = 400
const slowBytes = 4096

export async function chaosProxy({ to, chance, plain, harmed }: ChaosOptions): Promise<ChaosProxy> {
  const drawn = new Map<Fate, number>()
  const broken = new Set<number>()
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    const far = connect({ port: to, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    near.setNoDelay(true)
    const fate = chance.often(plain) ? 'plain' : chance.pick(fates)
    drawn.set(fate, (drawn.get(fate) ?? 0) + 1)
    const port = near.remotePort!
    broken.delete(port)
    const pair = { near, far, fate, left: chance.below(1500), harm: () => void (broken.add(port), harmed()) }
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        open.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    relay(near, far, pair)
    relay(far, near, pair)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    drawn,
    isHarmed: (clientPort) => broken.has(clientPort),
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

interface Pair {
  readonly near: Socket
  readonly far: Socket
  readonly fate: Fate
  /** Octets until it breaks. */
  left: number
  readonly harm: () => void
}

async function relay(from: Socket, to: Socket, pair: Pair): Promise<void> {
  try {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      if (!(await pass(chunk, to, pair))) return
    }
    to.end()
  } catch {
    to.destroy()
  }
}

/** False: nothing goes on any more. */
async function pass(chunk: Buffer, to: Socket, pair: Pair): Promise<boolean> {
  const { fate } = pair
  if (fate === 'late') await pause(5 + (chunk.length % 40))
  if (fate === 'slow') {
    for (let at = 0; at < chunk.length; at += slowBytes) {
      await written(to, chunk.subarray(at, at + slowBytes))
      await pause(5)
    }
    return true
  }
  if (fate === 'pieces') {
    for (let at = 0; at < Math.min(chunk.length, piecesOf); at++) {
      await written(to, chunk.subarray(at, at + 1))
      if (at % 8 === 0) await pause(0)
    }
    return written(to, chunk.subarray(piecesOf))
  }
  if (!harmful.has(fate)) return written(to, chunk)
  pair.left -= chunk.length
  if (pair.left > 0) return written(to, chunk)
  await written(to, chunk.subarray(0, chunk.length + pair.left))
  pair.harm()
  if (fate === 'cut') {
    pair.near.destroy()
    pair.far.destroy()
  } else if (fate === 'reset') {
    pair.near.resetAndDestroy()
    pair.far.resetAndDestroy()
  } else if (fate === 'half') to.end()
  else setTimeout(() => (pair.near.destroy(), pair.far.destroy(), pair.harm()), 1500).unref()
  return false
}

const harmful: ReadonlySet<Fate> = new Set<Fate>(['cut', 'reset', 'half', 'freeze'])

async function written(to: Socket, chunk: Buffer): Promise<boolean> {
  if (to.destroyed || to.writableEnded) return false
  if (chunk.length > 0 && !to.write(chunk))
    await new Promise<void>((resolve) => {
      const done = () => {
        to.off('drain', done).off('close', done)
        resolve()
      }
      to.on('drain', done).on('close', done)
    })
  return !to.destroyed
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
