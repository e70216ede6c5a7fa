/** What a process and its children have used of the processor, and of memory at most, as Linux accounts for it. */
import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = 100

/** User and kernel time of the tree below `pid`, in microseconds. Resolution: 10 ms. */
export function cpuMicros(pid: number): { user: number; kernel: number } {
  let user = 0
  let kernel = 0
  for (const each of tree(pid)) {
    const fields = statOf(each)
    if (fields === undefined) continue
    user += Number(fields[11])
    kernel += Number(fields[12])
  }
  const micros = 1e6 / ticksPerSecond
  return { user: user * micros, kernel: kernel * micros }
}

/** The most resident memory each process of the tree has had, added up, in bytes. */
export function peakMemory(pid: number): number {
  let total = 0
  for (const each of tree(pid)) {
    try {
      const line = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${each}/status`, 'latin1'))
      total += Number(line?.[1] ?? 0) * 1024
    } catch {}
  }
  return total
}

export function tree(pid: number): number[] {
  const parents = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const fields = statOf(Number(name))
    if (fields === undefined) continue
    const parent = Number(fields[1])
    parents.set(parent, [...(parents.get(parent) ?? []), Number(name)])
  }
  const found = [pid]
  for (const each of found) found.push(...(parents.get(each) ?? []))
  return found
}

/** Fields of /proc/PID/stat behind the name, which may hold spaces: state first. */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}
